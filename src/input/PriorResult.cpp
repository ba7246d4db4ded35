#include "oauth_batch/input/PriorResult.h"

#include "oauth_batch/base/Text.h"

#include <array>
#include <limits>
#include <string>

namespace oauth_batch {

namespace {

constexpr std::array<std::string_view, kRowStatusCount> kStatuses = {
    "pending", "succeeded", "failed", "unknown", "invalid", "blocked", "duplicate",
};

class PriorReader
{
public:
    PriorReader(const RowCells& cells, FileProblems& problems) : cells_(cells), problems_(problems)
    {}

    void readInto(PriorResult& prior)
    {
        Outcome& outcome = prior.outcome;
        constexpr std::uint64_t kLastRow = std::numeric_limits<RowNumber>::max() - 1;
        const auto row = number(ResultColumn::row, 1, kLastRow);
        prior.row.reset();
        if (row) prior.row = static_cast<RowNumber>(*row);
        outcome.status = status();
        outcome.httpStatus =
            static_cast<int>(number(ResultColumn::httpStatus, 100, 999).value_or(0));
        readCode(outcome);
        outcome.message = cell(ResultColumn::message);
        readRequest(prior);
        outcome.attempts = static_cast<std::uint32_t>(
            number(ResultColumn::attempts, 0, std::numeric_limits<std::uint32_t>::max())
                .value_or(0));
        outcome.finishedAt = parseTimestamp(trimmed(cell(ResultColumn::finishedAt)));
        outcome.duration.reset();
        const auto duration = parseUnsigned(trimmed(cell(ResultColumn::durationMs)));
        if (duration && *duration <= std::numeric_limits<std::int32_t>::max())
            outcome.duration = std::chrono::milliseconds(*duration);
    }

private:
    std::string_view cell(ResultColumn column) const
    {
        return cells_.value(cells_.header().find(column));
    }

    void refuse(ResultColumn column, const std::string& why)
    {
        problems_.add(cells_.record().line, 0,
                      std::string(toString(column)) + ' ' + quoted(cell(column)) + ": " + why);
    }

    std::optional<std::uint64_t> number(ResultColumn column, std::uint64_t least,
                                        std::uint64_t most)
    {
        const std::string_view text = trimmed(cell(column));
        if (text.empty()) return std::nullopt;
        const auto value = parseUnsigned(text);
        if (value && *value >= least && *value <= most) return value;
        refuse(column, "not a number from " + std::to_string(least) + " to " +
                           std::to_string(most) + ", nor empty");
        return std::nullopt;
    }

    RowStatus status()
    {
        const std::string text = lowerCase(trimmed(cell(ResultColumn::status)));
        if (text.empty()) return RowStatus::pending;
        if (const auto known = parseRowStatus(text)) return *known;
        const std::string_view near = nearest(text, kStatuses);
        refuse(ResultColumn::status,
               "not a status" + (near.empty() ? "; they are pending, succeeded, failed, unknown, "
                                                "invalid, blocked and duplicate"
                                              : ", the nearest is " + quoted(near)));
        return RowStatus::pending;
    }

    void readCode(Outcome& outcome)
    {
        const auto parsed = parseErrorCode(trimmed(cell(ResultColumn::errorCode)));
        outcome.code = parsed ? parsed->code : ErrorCode::none;
        if (parsed && parsed->httpStatus != 0) outcome.httpStatus = parsed->httpStatus;
        if (!parsed)
            refuse(ResultColumn::errorCode,
                   "not a result code of oauth-batch, such as http_503 or timeout, nor empty");
    }

    void readRequest(PriorResult& prior)
    {
        const std::string_view text = cell(ResultColumn::request);
        prior.requested = parseRequestLine(text);
        if (!prior.requested && !text.empty())
            refuse(ResultColumn::request,
                   "not a request as oauth-batch writes it: undo the edit, or empty the cell if "
                   "the row's other columns name the operation");
    }

    const RowCells& cells_;
    FileProblems& problems_;
};

} // namespace

void readPriorResult(const RowCells& cells, PriorResult& prior, FileProblems& problems)
{
    PriorReader(cells, problems).readInto(prior);
}

} // namespace oauth_batch
