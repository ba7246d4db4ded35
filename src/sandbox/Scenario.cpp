#include "Scenario.h"

#include "Random.h"

#include <algorithm>
#include <array>

namespace oauth_batch::sandbox {

namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 10> kFaultNames = {
    {{Fault::none, "-"},
     {Fault::dropBefore, "drop-before"},
     {Fault::dropAfter, "drop-after"},
     {Fault::resetBefore, "reset-before"},
     {Fault::resetAfter, "reset-after"},
     {Fault::hang, "hang"},
     {Fault::trickle, "trickle"},
     {Fault::truncate, "truncate"},
     {Fault::garbage, "garbage"},
     {Fault::closeAfterAnswer, "close-after-answer"}}};

bool concerns(const Match& match, const Subject& subject)
{
    return (match.method.empty() || match.method == subject.method) &&
           (match.target.empty() || matchesGlob(match.target, subject.target)) &&
           (match.customer.empty() || matchesGlob(match.customer, subject.customerId)) &&
           (match.profile.empty() || match.profile == subject.profileId);
}

bool isWithin(const Match& match, std::chrono::nanoseconds sinceBegin)
{
    return (!match.after || sinceBegin >= *match.after) &&
           (!match.until || sinceBegin < *match.until);
}

} // namespace

std::string_view toString(Fault fault)
{
    return kFaultNames.at(static_cast<std::size_t>(fault)).second;
}

std::optional<Fault> parseFault(std::string_view name)
{
    for (const auto& [fault, known] : kFaultNames) {
        if (fault != Fault::none && known == name) return fault;
    }
    return std::nullopt;
}

bool Action::hasEffect() const
{
    if (effect) return *effect;
    if (fault == Fault::dropBefore || fault == Fault::resetBefore || fault == Fault::hang)
        return false;
    return status == 0 || status / 100 == 2;
}

bool Action::hasAnswer() const
{
    return fault == Fault::none || fault == Fault::trickle || fault == Fault::truncate ||
           fault == Fault::closeAfterAnswer;
}

Scenario::Scenario(std::vector<Rule> rules, std::uint64_t seed)
    : rules_(std::move(rules)), seed_(seed), counts_(rules_.size())
{}

const Action* Scenario::match(const Subject& subject, Instant now)
{
    if (rules_.empty()) return nullptr;
    const std::lock_guard lock(mutex_);
    if (!begin_) begin_ = now;
    const Action* chosen = nullptr;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (!concerns(rules_[i].match, subject)) continue;
        Counts& counts = countsOf(i, subject);
        ++counts.seen;
        if (chosen != nullptr || !applies(i, subject, now, counts)) continue;
        ++counts.applied;
        chosen = &rules_[i].action;
    }
    return chosen;
}

bool Scenario::applies(std::size_t index, const Subject& subject, Instant now, Counts& counts) const
{
    const Rule& rule = rules_[index];
    const Match& match = rule.match;
    if (counts.applied >= rule.times) return false;
    if (counts.seen < match.firstRequest || counts.seen > match.lastRequest) return false;
    if (counts.seen % match.every != 0 || !isWithin(match, now - *begin_)) return false;
    if (match.probability >= 1.0) return true;
    // Each target rolls dice of its own, or all rows would fail at the same attempts.
    const std::uint64_t apart =
        match.countBy == CountBy::all ? 0 : std::hash<std::string_view>()(subject.target);
    return fraction(seed_ ^ apart, index + 1, counts.seen) < match.probability;
}

Scenario::Counts& Scenario::countsOf(std::size_t index, const Subject& subject)
{
    const CountBy countBy = rules_[index].match.countBy;
    if (countBy == CountBy::all) return counts_[index];
    std::string key = std::to_string(index) + ' ';
    key += countBy == CountBy::customer ? subject.customerId : subject.target;
    return countsBy_[key];
}

bool matchesGlob(std::string_view pattern, std::string_view text)
{
    // The usual two-pointer walk: on a mismatch, the last star takes one byte more.
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t starText = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            starText = t;
            continue;
        }
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        const std::size_t at = escaped ? p + 1 : p;
        if (at < pattern.size() && ((!escaped && pattern[at] == '?') || pattern[at] == text[t])) {
            p = at + 1;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++starText;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace oauth_batch::sandbox
