#include "oauth_batch/app/BatchWarnings.h"

#include "oauth_batch/app/Batch.h"
#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/CustomerId.h"

#include <map>
#include <vector>

namespace oauth_batch {

void BatchWarnings::look(const InputRow& row, const Operation& operation, RowIndex index)
{
    if (isNumericCustomer(operation.customerId))
        ++numericCustomers_;
    else
        ++externalCustomers_;
    if (operation.force) ++batch_.forced;
    if (batch_.plan.status(index) == RowStatus::duplicate) {
        warn(row.line, "duplicate: the same operation as row " +
                           std::to_string(batch_.plan.related(index) + 1) +
                           "; it will not be sent");
    }
    if (looksUrlEncoded(operation.customerId)) {
        warn(row.line, "the ID " + quoted(operation.customerId) +
                           " looks URL-encoded already; it will be encoded once more, so that "
                           "the API sees just this text");
    }
    if (row.idColumn == ColumnRole::externalId &&
        looksPrefixed(std::string_view(operation.customerId).substr(1))) {
        warn(row.line, "external_id " + quoted(operation.customerId.substr(1)) +
                           " starts with E already; it will be sent as " +
                           quoted(operation.customerId));
    }
}

void BatchWarnings::finish(const SkippedLines& skipped)
{
    for (const std::uint64_t line : skipped.first)
        warn(line, "empty record skipped");
    batch_.warnings.addUnlisted(skipped.total - skipped.first.size());
    if (numericCustomers_ > 0 && externalCustomers_ > 0) {
        batch_.warnings.add(
            fileName_ + ": " + std::to_string(numericCustomers_) +
            " rows name customers by number, " + std::to_string(externalCustomers_) +
            " by external ID: one customer named both ways would not be kept in order");
    }
    findOppositePairs();
}

void BatchWarnings::warn(std::uint64_t line, const std::string& text)
{
    batch_.warnings.add(fileName_ + ":" + std::to_string(line) + ": " + text);
}

void BatchWarnings::findOppositePairs()
{
    const Plan& plan = batch_.plan;
    std::vector<bool> seen(plan.customerCount());
    for (RowIndex row = 0; row < plan.size(); ++row) {
        const auto customer = plan.customer(row);
        if (!customer || seen[*customer]) continue;
        seen[*customer] = true;
        if (plan.nextOfCustomer(row) != kNoRow) lookAtLane(row);
    }
}

/// Warns of each profile that one customer is both assigned and unassigned.
void BatchWarnings::lookAtLane(RowIndex first)
{
    const Plan& plan = batch_.plan;
    std::map<std::string, RowIndex> latest; // by profile
    for (RowIndex row = first; row != kNoRow; row = plan.nextOfCustomer(row)) {
        if (!plan.hasOperation(row)) continue;
        const Operation operation = plan.operation(row);
        const auto [found, isFirst] = latest.emplace(operation.profileId, row);
        if (isFirst) continue;
        if (plan.verb(found->second) != operation.verb) {
            batch_.warnings.add(fileName_ + ": rows " + std::to_string(found->second + 1) +
                                " and " + std::to_string(row + 1) +
                                ": opposite operations on customer " +
                                quoted(operation.customerId) + " and profile " +
                                operation.profileId + "; they run in this order");
        }
        found->second = row;
    }
}

} // namespace oauth_batch
