#include "oauth_batch/input/OperationReader.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/Dialect.h"
#include "oauth_batch/input/HeaderCheck.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::uint64_t kMostRows = std::numeric_limits<RowNumber>::max() - 1;

/// A row that was written back with another number of fields than it had cannot be trusted, however
/// it looks now.
void holdBack(RowContent& content)
{
    if (auto* const operation = std::get_if<Operation>(&content)) {
        const Verb verb = operation->verb;
        std::string customerId = std::move(operation->customerId);
        content.emplace<RowProblem>(
            RowProblem{ErrorCode::fieldCount, {}, verb, std::move(customerId)});
    }
    auto& problem = std::get<RowProblem>(content);
    problem.code = ErrorCode::fieldCount;
    problem.message = "the row had a wrong number of fields: correct its cells, then empty its "
                      "result_error_code";
}

} // namespace

OperationReader::OperationReader(std::string fileName, std::unique_ptr<ByteSource> source,
                                 InputOptions options)
    : fileName_(std::move(fileName)),
      options_(std::move(options)),
      records_(std::move(source), problems_, options_.digest)
{
    expectedRows_ = records_.expectedLines();
    hasRows_ = readHeader();
    if (hasRows_) parser_.emplace(header_, options_);
}

bool OperationReader::readHeader()
{
    const std::string_view beginning = records_.beginning();
    if (!problems_.empty()) return false;
    const std::string_view text = headerText(beginning);
    if (const auto at = loneCarriageReturn(text)) {
        const auto before = beginning.substr(0, beginning.size() - text.size());
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        problems_.add(
            static_cast<std::uint64_t>(line), *at + 1,
            "a CR without LF: where lines end with CR alone (as on old Macs), save the file "
            "with LF or CR LF");
        stopped_ = true;
        return false;
    }
    FileFormat format;
    format.delimiter = options_.delimiter.value_or(detectDelimiter(text, options_));
    records_.setDelimiter(format.delimiter);
    const Record* const record = nextFilled();
    if (!problems_.empty()) {
        // NUL bytes in the header: everything else would be noise.
        stopped_ = record != nullptr && problems_.kept().front().line >= record->line;
        return false;
    }
    if (record == nullptr) {
        problems_.add(0, 0,
                      "the file is empty: a header such as "
                      "operation,managed_user_id,profile_id is needed");
        return false;
    }
    if (record->ending == "\r\n") format.lineEnding = "\r\n";
    format.byteOrderMark = records_.hasByteOrderMark();
    header_ = Header(*record, std::move(format), options_);
    checkHeader(header_, options_, fileName_, problems_);
    return problems_.empty();
}

/// The next record that holds anything.
const Record* OperationReader::nextFilled()
{
    const Record* record = records_.next();
    while (record != nullptr && trimmed(record->fields.front().value).empty() &&
           record->isBlank()) {
        ++skipped_.total;
        if (skipped_.first.size() < SkippedLines::kMostKept) skipped_.first.push_back(record->line);
        record = records_.next();
    }
    return record;
}

bool OperationReader::next(InputRow& row)
{
    row.record = nullptr;
    if (stopped_) return false;
    const Record* record = nextFilled();
    // Without a header, only the problems of the other records are left to be found.
    while (!hasRows_ && record != nullptr)
        record = nextFilled();
    if (record != nullptr && rowCount_ == kMostRows) {
        problems_.add(record->line, 0,
                      "more than " + std::to_string(kMostRows) + " rows: split the file");
        record = nullptr;
    }
    stopped_ = record == nullptr;
    if (stopped_) return false;
    ++rowCount_;
    fillRow(*record, row);
    return true;
}

void OperationReader::fillRow(const Record& record, InputRow& row)
{
    row.number = static_cast<RowNumber>(rowCount_);
    row.line = record.line;
    row.record = &record;
    const RowCells cells(record, header_);
    const Operation* requested = nullptr;
    if (options_.kind == InputKind::results && cells.hasResults()) {
        if (!row.prior) row.prior.emplace();
        readPriorResult(cells, *row.prior, problems_);
        if (row.prior->requested) requested = &*row.prior->requested;
    } else {
        row.prior.reset();
    }
    parser_->parse(cells, requested, row.content);
    row.idColumn = parser_->idColumn(cells);
    if (row.prior && row.prior->outcome.code == ErrorCode::fieldCount) holdBack(row.content);
}

const std::string& OperationReader::digest()
{
    if (digest_.empty()) digest_ = records_.digest();
    return digest_;
}

void OperationReader::requireNoProblems() const
{
    if (problems_.empty()) return;
    std::string message;
    for (const std::string& line : describe(fileName_, problems_)) {
        if (!message.empty()) message += '\n';
        message += line;
    }
    throw DataError(message);
}

} // namespace oauth_batch
