#include "oauth_batch/base/Error.h"
#include "oauth_batch/input/OperationReader.h"
#include "oauth_batch/input/RowCells.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace oauth_batch;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// What is written back of a row has the header's number of fields and is no problem to read.
void checkWrittenBack(const InputRow& row, const Header& header)
{
    if (header.inputCount() == 0) return;
    std::string text;
    appendInputNames(text, header);
    text += '\n';
    const std::size_t at = text.size();
    appendInputCells(text, *row.record, header);
    text += "\n";
    FileProblems problems;
    RecordReader records(std::make_unique<MemorySource>(text), problems);
    records.setDelimiter(header.format().delimiter);
    const Record* record = records.next();
    require(record != nullptr && record->fields.size() == header.inputCount());
    record = records.next();
    // A cell at the end may end with a CR, which is the line's here.
    require(record != nullptr && problems.empty());
    require(record->fields.size() == header.inputCount());
    require(record->raw.size() + 2 >= text.size() - at - 1);
}

void readAll(std::string_view text, const InputOptions& options, std::size_t pieceSize)
{
    try {
        OperationReader reader("fuzz.csv", std::make_unique<MemorySource>(text, pieceSize),
                               options);
        std::uint64_t rows = 0;
        for (InputRow row; reader.next(row);) {
            require(row.number == ++rows);
            if (reader.problems().empty()) checkWrittenBack(row, reader.header());
        }
        require(rows == reader.rowCount());
        require(describe("fuzz.csv", reader.problems()).size() <= 101);
        require(reader.digest().size() == 64);
    } catch (const UsageError&) {
        // An option and a column for the same thing.
    }
}

} // namespace

/// The first byte chooses how the rest is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const unsigned choice = data[0];
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    InputOptions options;
    if ((choice & 1U) != 0) options.kind = InputKind::results;
    if ((choice & 2U) != 0) options.operation = Verb::assign;
    if ((choice & 4U) != 0) options.profileId = "322";
    if ((choice & 8U) != 0) options.delimiter = ';';
    if ((choice & 16U) != 0) options.columns = {{ColumnRole::externalId, "id"}};
    readAll(text, options, (choice & 32U) != 0 ? 3 : std::string_view::npos);
    return 0;
}
