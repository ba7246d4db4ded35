#include "ReportLines.h"

#include "ReportText.h"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace oauth_batch {

namespace {

constexpr int kLabelWidth = 13;
constexpr std::size_t kMostCodes = 6;

/// The order in which people want to know; `succeeded` is told even if it is 0.
constexpr RowStatus kStatuses[] = {
    RowStatus::succeeded, RowStatus::failed,    RowStatus::unknown, RowStatus::invalid,
    RowStatus::blocked,   RowStatus::duplicate, RowStatus::pending,
};
static_assert(std::size(kStatuses) == kRowStatusCount);

} // namespace

void printFact(std::ostream& out, std::string_view label, std::string_view value)
{
    out << "  " << std::left << std::setw(kLabelWidth) << label << value << '\n';
}

void printCounts(std::ostream& out, const Tally& tally)
{
    const std::string total = std::to_string(tally.total());
    const auto aligned = [&total](std::uint64_t count) {
        const std::string digits = std::to_string(count);
        return std::string(total.size() - std::min(total.size(), digits.size()), ' ') + digits;
    };
    printFact(out, "rows", total);
    for (const RowStatus status : kStatuses)
        if (status == RowStatus::succeeded || tally.count(status) > 0)
            printFact(out, toString(status), aligned(tally.count(status)));
    const std::string codes = describeCodes(tally, kMostCodes);
    if (!codes.empty()) printFact(out, "error codes", codes);
}

void setCounts(Poco::JSON::Object& object, const Tally& tally)
{
    Poco::JSON::Object counts(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const RowStatus status : kStatuses)
        counts.set(std::string(toString(status)), tally.count(status));
    Poco::JSON::Object codes(Poco::JSON_PRESERVE_KEY_ORDER);
    for (const CodeCount& code : tally.codes())
        codes.set(code.code, code.count);
    object.set("rows", tally.total());
    object.set("counts", counts);
    object.set("codes", codes);
}

std::string jsonText(const Poco::JSON::Object& object)
{
    std::ostringstream out;
    object.stringify(out, 2);
    out << '\n';
    return out.str();
}

} // namespace oauth_batch
