#pragma once

#include "oauth_batch/input/FileProblem.h"
#include "oauth_batch/input/RowCells.h"
#include "oauth_batch/model/Operation.h"
#include "oauth_batch/model/Outcome.h"

#include <optional>
#include <string_view>

namespace oauth_batch {

/// The result cells of a row in a results file. Empty cells are `pending`, 0 or nothing.
struct PriorResult
{
    std::optional<RowNumber> row;       ///< result_row
    Outcome outcome;                    ///< its message is the cell's text as it is
    std::optional<Operation> requested; ///< result_request
};

/// Reads the result cells of a row. What they hold and cannot be understood becomes a problem of
/// the file; result_finished_at and result_duration_ms, which nothing depends on and spreadsheets
/// like to rewrite, only count as empty then. REQUIRES: cells.hasResults(). Reuses `prior`'s
/// memory.
void readPriorResult(const RowCells& cells, PriorResult& prior, FileProblems& problems);

} // namespace oauth_batch
