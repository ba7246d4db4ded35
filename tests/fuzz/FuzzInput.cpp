// Whatever the bytes of an input or of a results file: read in pieces or in one go, the rows are
// the same, a row is an operation that can be sent as it is or has a code for what is wrong with
// it, and what is written back of it reads the same.

#include "Fuzz.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/OperationReader.h"
#include "oauth_batch/input/RowCells.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace oauth_batch;
using fuzz::require;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What of a row must be found again.
struct Cells
{
    std::vector<std::string> raw;    ///< none where the row has a wrong number of fields
    std::optional<std::string> last; ///< the last one's value with what was too much of it
};

struct Reading
{
    std::string rows; ///< all that was understood, for comparison
    std::vector<std::string> problems;
    std::string written; ///< the file again, without its result columns
    char delimiter = ',';
    std::vector<Cells> cells;
};

void checkOperation(const Operation& operation)
{
    require(isCustomerIdShape(operation.customerId) && isProfileId(operation.profileId));
    require(isUtf8(operation.customerId) && !hasControlCharacter(operation.customerId));
    require(operation.verb == Verb::unassign || !operation.force);
    require(parseRequestLine(requestLine(operation)) == operation);
}

void checkProblem(const RowProblem& problem)
{
    require(problem.code >= ErrorCode::badOperation && problem.code <= ErrorCode::fieldCount);
    require(!problem.message.empty() && !hasControlCharacter(problem.message));
}

void checkPrior(const PriorResult& prior, InputKind kind)
{
    require(kind == InputKind::results);
    require(!prior.row || *prior.row > 0);
    require(prior.outcome.httpStatus == 0 ||
            (prior.outcome.httpStatus >= 100 && prior.outcome.httpStatus <= 999));
    require(!prior.outcome.duration || prior.outcome.duration->count() >= 0);
    if (prior.requested) require(parseRequestLine(requestLine(*prior.requested)).has_value());
}

std::string describeRow(const InputRow& row)
{
    std::string text = std::to_string(row.number) + ' ' + std::to_string(row.line) + ' ';
    if (const auto* const operation = std::get_if<Operation>(&row.content)) {
        text += requestLine(*operation);
    } else {
        const auto& problem = std::get<RowProblem>(row.content);
        text += toString(problem.code, 0) + ' ' + problem.message;
    }
    if (row.prior) text += ' ' + std::string(toString(row.prior->outcome.status));
    return text + '\n';
}

Cells cellsOf(const InputRow& row, const Header& header)
{
    Cells cells;
    const RowCells found(*row.record, header);
    for (std::size_t column = 0; found.isComplete() && column < header.size(); ++column) {
        if (!header.isResult(column)) cells.raw.emplace_back(found.find(column)->raw);
    }
    if (header.hasResults() || row.record->fields.size() <= header.size()) return cells;
    for (std::size_t i = header.size() - 1; i < row.record->fields.size(); ++i) {
        cells.last = cells.last ? *cells.last + header.format().delimiter : std::string();
        cells.last->append(row.record->fields[i].value);
    }
    return cells;
}

void writeBack(const InputRow& row, const Header& header, Reading& reading)
{
    if (reading.written.empty()) {
        if (header.format().byteOrderMark) reading.written += kByteOrderMark;
        appendInputNames(reading.written, header);
        reading.written += '\n';
    }
    appendInputCells(reading.written, *row.record, header);
    reading.written += '\n';
    reading.cells.push_back(cellsOf(row, header));
}

std::optional<Reading> readAll(std::string_view text, const InputOptions& options,
                               std::size_t pieceSize)
{
    try {
        OperationReader reader("fuzz.csv", std::make_unique<MemorySource>(text, pieceSize),
                               options);
        Reading reading;
        std::uint64_t rows = 0;
        for (InputRow row; reader.next(row);) {
            require(row.number == ++rows);
            if (const auto* const operation = std::get_if<Operation>(&row.content))
                checkOperation(*operation);
            else
                checkProblem(std::get<RowProblem>(row.content));
            if (row.prior) checkPrior(*row.prior, options.kind);
            reading.rows += describeRow(row);
            if (reader.problems().empty()) writeBack(row, reader.header(), reading);
        }
        require(rows == reader.rowCount());
        reading.problems = describe("fuzz.csv", reader.problems());
        require(reading.problems.size() <= 101);
        require(reader.digest().size() == 64);
        if (reader.problems().empty()) reading.rows += reader.digest();
        if (reader.header().inputCount() == 0) reading.written.clear();
        reading.delimiter = reader.header().format().delimiter;
        return reading;
    } catch (const UsageError&) {
        return std::nullopt; // an option and a column for the same thing
    }
}

/// The columns that a results file takes over are read as they were.
void checkWritten(const Reading& reading)
{
    FileProblems problems;
    RecordReader records(std::make_unique<MemorySource>(reading.written), problems);
    records.setDelimiter(reading.delimiter);
    const Record* record = records.next();
    require(record != nullptr);
    const std::size_t width = record->fields.size();
    for (const Cells& cells : reading.cells) {
        record = records.next();
        require(record != nullptr && record->fields.size() == width);
        require(!cells.last || record->fields.back().value == *cells.last);
        for (std::size_t i = 0; i < cells.raw.size(); ++i) {
            // A CR at the end of the last cell is taken for the line's here.
            std::string_view raw = cells.raw[i];
            if (i + 1 == width && raw.ends_with('\r')) raw.remove_suffix(1);
            require(record->fields[i].raw == raw);
        }
    }
    require(records.next() == nullptr && problems.empty());
}

} // namespace

/// The first byte chooses how the rest is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const unsigned choice = data[0];
    const std::string_view text = fuzz::textOf(data + 1, size - 1);
    InputOptions options;
    if ((choice & 1U) != 0) options.kind = InputKind::results;
    if ((choice & 2U) != 0) options.operation = Verb::assign;
    if ((choice & 4U) != 0) options.profileId = "322";
    if ((choice & 8U) != 0) options.delimiter = ';';
    if ((choice & 16U) != 0) options.columns = {{ColumnRole::externalId, "id"}};
    const auto whole = readAll(text, options, std::string_view::npos);
    if ((choice & 32U) != 0) {
        const auto pieces = readAll(text, options, 3);
        require(whole.has_value() == pieces.has_value());
        if (whole) require(whole->rows == pieces->rows && whole->problems == pieces->problems);
    }
    if (whole && whole->problems.empty() && !whole->written.empty()) checkWritten(*whole);
    return 0;
}
