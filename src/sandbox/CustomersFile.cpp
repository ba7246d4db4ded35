#include "CustomersFile.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/RecordReader.h"
#include "oauth_batch/model/Operation.h"

#include <array>
#include <optional>
#include <string_view>

namespace oauth_batch::sandbox {

namespace {

constexpr std::array<std::string_view, 5> kColumns = {"id", "external_id", "name", "profiles",
                                                      "in_use"};
constexpr std::size_t kInUse = 4;

/// Where each column of kColumns stands in the file.
using Positions = std::array<std::optional<std::size_t>, kColumns.size()>;

class Reader
{
public:
    explicit Reader(const std::string& path) : path_(path), records_(openInput(path), problems_)
    {
        records_.setDelimiter(',');
    }

    std::vector<CustomerRecord> read()
    {
        std::vector<CustomerRecord> customers;
        const Record* header = next();
        if (header == nullptr) refuse(1, "empty; the header is id,external_id,name,profiles");
        const Positions positions = readHeader(*header);
        const std::size_t width = header->fields.size();
        while (const Record* record = next()) {
            if (record->fields.size() != width)
                refuse(record->line, std::to_string(record->fields.size()) + " fields, not " +
                                         std::to_string(width) + " as the header has");
            customers.push_back(readCustomer(*record, positions));
        }
        return customers;
    }

private:
    [[noreturn]] void refuse(std::uint64_t line, const std::string& problem) const
    {
        throw DataError(path_ + ':' + std::to_string(line) + ": " + problem);
    }

    const Record* next()
    {
        const Record* record = records_.next();
        while (record != nullptr && record->isBlank())
            record = records_.next();
        if (problems_.empty()) return record;
        std::string text;
        for (const std::string& line : describe(path_, problems_))
            text += (text.empty() ? "" : "\n") + line;
        throw DataError(text);
    }

    Positions readHeader(const Record& header) const
    {
        Positions positions;
        for (std::size_t i = 0; i < header.fields.size(); ++i) {
            const std::string_view name = header.fields[i].value;
            std::size_t column = 0;
            while (column < kColumns.size() && kColumns.at(column) != name)
                ++column;
            if (column == kColumns.size()) refuse(header.line, "unknown column " + quoted(name));
            if (positions.at(column)) refuse(header.line, "column " + quoted(name) + " twice");
            positions.at(column) = i;
        }
        for (std::size_t column = 0; column < kInUse; ++column) {
            if (!positions.at(column))
                refuse(header.line, "no column " + quoted(kColumns.at(column)));
        }
        return positions;
    }

    CustomerRecord readCustomer(const Record& record, const Positions& positions) const
    {
        const auto field = [&](std::size_t column) {
            return positions.at(column) ? record.fields[*positions.at(column)].value
                                        : std::string_view();
        };
        CustomerRecord customer;
        customer.id = field(0);
        if (!isCustomerIdShape(customer.id) || customer.id.front() == 'E')
            refuse(record.line, "id " + quoted(customer.id) + ": not digits");
        customer.externalId = field(1);
        customer.name = field(2);
        if (!isUtf8(record.raw)) refuse(record.line, "not UTF-8");
        customer.profiles = readProfiles(record, field(3));
        customer.inUse = readProfiles(record, field(kInUse));
        return customer;
    }

    std::vector<std::string> readProfiles(const Record& record, std::string_view text) const
    {
        std::vector<std::string> profiles;
        for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
            const std::string_view id = text.substr(0, text.find_first_of(" \t"));
            if (!isProfileId(id))
                refuse(record.line, "profile " + quoted(id) + ": not a positive integer");
            profiles.emplace_back(id);
            text.remove_prefix(id.size());
        }
        return profiles;
    }

    std::string path_;
    FileProblems problems_;
    RecordReader records_;
};

} // namespace

std::vector<CustomerRecord> readCustomers(const std::string& path)
{
    return Reader(path).read();
}

} // namespace oauth_batch::sandbox
