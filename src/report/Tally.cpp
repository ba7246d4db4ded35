#include "oauth_batch/report/Tally.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace oauth_batch {

namespace {

std::pair<ErrorCode, int> codeKey(ErrorCode code, int httpStatus)
{
    return {code, code == ErrorCode::http ? httpStatus : 0};
}

} // namespace

void Tally::add(RowStatus status, ErrorCode code, int httpStatus)
{
    ++byStatus_[static_cast<std::size_t>(status)];
    ++byCode_[codeKey(code, httpStatus)];
}

void Tally::remove(RowStatus status, ErrorCode code, int httpStatus)
{
    std::uint64_t& statusCount = byStatus_[static_cast<std::size_t>(status)];
    const auto codeCount = byCode_.find(codeKey(code, httpStatus));
    if (statusCount == 0 || codeCount == byCode_.end()) {
        balanced_ = false;
        return;
    }
    --statusCount;
    if (--codeCount->second == 0) byCode_.erase(codeCount);
}

void Tally::merge(const Tally& other)
{
    for (std::size_t i = 0; i < byStatus_.size(); ++i)
        byStatus_[i] += other.byStatus_[i];
    for (const auto& [key, count] : other.byCode_)
        byCode_[key] += count;
    requests_ += other.requests_;
    balanced_ = balanced_ && other.balanced_;
}

std::uint64_t Tally::count(RowStatus status) const
{
    return byStatus_[static_cast<std::size_t>(status)];
}

std::uint64_t Tally::total() const
{
    return std::accumulate(byStatus_.begin(), byStatus_.end(), std::uint64_t{0});
}

std::uint64_t Tally::notSucceeded() const
{
    return total() - count(RowStatus::succeeded) - count(RowStatus::duplicate);
}

std::vector<CodeCount> Tally::codes() const
{
    std::vector<CodeCount> codes;
    for (const auto& [key, count] : byCode_)
        if (key.first != ErrorCode::none) codes.push_back({toString(key.first, key.second), count});
    std::sort(codes.begin(), codes.end(), [](const CodeCount& a, const CodeCount& b) {
        return a.count != b.count ? a.count > b.count : a.code < b.code;
    });
    return codes;
}

bool Tally::addsUpTo(std::uint64_t rows) const
{
    std::uint64_t coded = 0;
    for (const auto& entry : byCode_)
        coded += entry.second;
    return balanced_ && total() == rows && coded == rows;
}

} // namespace oauth_batch
