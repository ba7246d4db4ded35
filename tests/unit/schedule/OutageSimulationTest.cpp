// Outages of a minute in the middle of a run at 60/min, in virtual time: what is sent when,
// exactly.

#include "oauth_batch/schedule/GcraPacer.h"
#include "oauth_batch/schedule/Rate.h"
#include "oauth_batch/schedule/Scheduler.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);
constexpr RowIndex kRows = 300;
constexpr std::size_t kWorkers = 8;

/// What a request that is sent now meets, and when that is known.
struct Fate
{
    Verdict verdict;
    std::chrono::nanoseconds after;
};

Verdict verdictOf(NextStep next, FailureKind kind, RowStatus status, ErrorCode code, int http)
{
    Verdict verdict;
    verdict.next = next;
    verdict.kind = kind;
    verdict.status = status;
    verdict.code = code;
    verdict.httpStatus = http;
    verdict.mayBeApplied = code == ErrorCode::timeout;
    return verdict;
}

Fate fine()
{
    return {verdictOf(NextStep::conclude, FailureKind::none, RowStatus::succeeded, ErrorCode::none,
                      200),
            300ms};
}

Fate refused()
{
    return {verdictOf(NextStep::retry, FailureKind::transport, RowStatus::failed,
                      ErrorCode::connectionRefused, 0),
            1ms};
}

Fate unavailable()
{
    return {
        verdictOf(NextStep::retry, FailureKind::server, RowStatus::unknown, ErrorCode::http, 503),
        50ms};
}

Fate silent()
{
    return {verdictOf(NextStep::retry, FailureKind::transport, RowStatus::unknown,
                      ErrorCode::timeout, 0),
            45s};
}

/// Workers as Runner has them, but for the journal: one at a time waits for its slot.
class Run
{
public:
    using Server = std::function<Fate(Instant)>;

    explicit Run(Server server) : server_(std::move(server))
    {
        for (RowIndex row = 0; row < kRows; ++row)
            plan_.addOperation({Verb::assign, std::to_string(row), "322", false});
        scheduler_ = std::make_unique<Scheduler>(
            plan_, SchedulerOptions{}, [] { return 0.5; }, kStart);
        while (!finished_)
            step();
    }

    Plan& plan() { return plan_; }

    /// Since the start.
    std::vector<std::chrono::nanoseconds> sentBetween(std::chrono::nanoseconds from,
                                                      std::chrono::nanoseconds to) const
    {
        std::vector<std::chrono::nanoseconds> times;
        for (const auto& [time, row] : sent_) {
            if (time - kStart >= from && time - kStart < to) times.push_back(time - kStart);
        }
        return times;
    }

    std::vector<RowIndex> rowsBetween(std::chrono::nanoseconds from,
                                      std::chrono::nanoseconds to) const
    {
        std::vector<RowIndex> rows;
        for (const auto& [time, row] : sent_) {
            if (time - kStart >= from && time - kStart < to) rows.push_back(row);
        }
        return rows;
    }

    std::map<RowIndex, int> sentOfEachRow() const
    {
        std::map<RowIndex, int> counts;
        for (const auto& [time, row] : sent_)
            ++counts[row];
        return counts;
    }

private:
    struct InFlight
    {
        Instant until;
        RowIndex row;
        Verdict verdict;
    };

    void step()
    {
        const Instant wake = onDeck_ == kNoRow ? dispatch() : slot_;
        const auto next =
            std::min_element(inFlight_.begin(), inFlight_.end(),
                             [](const auto& a, const auto& b) { return a.until < b.until; });
        if (next != inFlight_.end() && next->until <= wake) {
            now_ = std::max(now_, next->until);
            scheduler_->conclude(next->row, next->verdict, now_);
            inFlight_.erase(next);
        } else if (!finished_) {
            BOOST_REQUIRE((wake != Instant::max()));
            now_ = std::max(now_, wake);
            if (onDeck_ != kNoRow) send();
        }
    }

    /// Puts a row on deck, or says until when there is none.
    Instant dispatch()
    {
        if (inFlight_.size() == kWorkers) return Instant::max();
        const Decision decision = scheduler_->next(now_);
        finished_ = std::holds_alternative<Finished>(decision);
        if (const auto* const wait = std::get_if<Wait>(&decision)) return wait->until;
        if (const auto* const start = std::get_if<Start>(&decision)) {
            onDeck_ = start->row;
            slot_ = pacer_.reserve(now_);
            return slot_;
        }
        return now_;
    }

    void send()
    {
        const RowIndex row = std::exchange(onDeck_, kNoRow);
        if (!scheduler_->mayStillStart(row, now_)) return scheduler_->giveBack(row, now_);
        sent_.emplace_back(now_, row);
        const Fate fate = server_(now_);
        inFlight_.push_back({now_ + fate.after, row, fate.verdict});
    }

    Server server_;
    Plan plan_;
    Instant now_ = kStart;
    std::unique_ptr<Scheduler> scheduler_;
    GcraPacer pacer_{Rate{60, 60s}.interval()};
    RowIndex onDeck_ = kNoRow;
    Instant slot_;
    std::vector<InFlight> inFlight_;
    std::vector<std::pair<Instant, RowIndex>> sent_;
    bool finished_ = false;
};

void checkAllSucceeded(Run& run)
{
    BOOST_TEST(run.plan().count(RowStatus::succeeded) == kRows);
    for (const auto& [row, sent] : run.sentOfEachRow())
        BOOST_TEST(sent <= 5, "row " << row << ": " << sent);
}

bool isAbout(std::chrono::nanoseconds time, std::chrono::nanoseconds expected)
{
    return time >= expected && time < expected + 100ms;
}

/// That these moments lie so far apart, give or take what an answer takes.
void checkApart(const std::vector<std::chrono::nanoseconds>& times,
                const std::vector<std::chrono::seconds>& apart)
{
    BOOST_TEST_REQUIRE(times.size() == apart.size() + 1);
    for (std::size_t i = 0; i < apart.size(); ++i)
        BOOST_TEST(isAbout(times[i + 1] - times[i], apart[i]),
                   i << ": " << (times[i + 1] - times[i]).count() << " ns");
}

BOOST_AUTO_TEST_SUITE(OutageSimulationTest)

BOOST_AUTO_TEST_CASE(aMinuteOfRefusedConnectionsTakesThreeProbes)
{
    Run run([](Instant now) {
        return now >= kStart + 100s && now < kStart + 160s ? refused() : fine();
    });
    checkAllSucceeded(run);
    const auto sent = run.sentBetween(100s, 180s);
    BOOST_TEST_REQUIRE(sent.size() == 9U);
    BOOST_TEST((sent[4] - sent[0] < 5s)); // these five opened the breaker
    checkApart({sent.begin() + 4, sent.end()}, {5s, 10s, 20s, 40s});
}

BOOST_AUTO_TEST_CASE(aMinuteOf503TakesThreeProbesEachWithAnotherRow)
{
    Run run([](Instant now) {
        return now >= kStart + 100s && now < kStart + 160s ? unavailable() : fine();
    });
    checkAllSucceeded(run);
    // A row's second 503 does not count, so the retries of the first four go out before the fifth.
    BOOST_TEST(run.sentBetween(100s, 111s).size() + 1 == 12U);
    checkApart(run.sentBetween(111s, 187s), {5s, 10s, 20s, 40s});
    const auto probes = run.rowsBetween(115s, 187s);
    BOOST_TEST((std::set<RowIndex>(probes.begin(), probes.end()).size() == probes.size()));
}

BOOST_AUTO_TEST_CASE(aMinuteOfSilenceIsNoticedByTheFirstTimeouts)
{
    Run run([](Instant now) {
        return now >= kStart + 100s && now < kStart + 160s ? silent() : fine();
    });
    checkAllSucceeded(run);
    BOOST_TEST(run.sentBetween(100s, 145s).size() == kWorkers); // all hang
    // Four go out while the first five time out; then a probe, which hangs as well; then the one
    // that finds the server back.
    BOOST_TEST(run.sentBetween(145s, 149s).size() == 4U);
    checkApart(run.sentBetween(149s, 210s), {45s + 10s});
}

BOOST_AUTO_TEST_CASE(threeOutagesInARowTakeSixProbes)
{
    Run run([](Instant now) {
        const auto since = now - kStart;
        return since < 100s || since >= 280s ? fine()
               : since < 160s                ? refused()
               : since < 220s                ? unavailable()
                                             : silent();
    });
    checkAllSucceeded(run);
    // The last probe but one takes 45 s to fail.
    checkApart(run.sentBetween(104s, 345s), {5s, 10s, 20s, 40s, 60s, 105s});
    std::size_t sent = 0;
    for (const auto& [row, count] : run.sentOfEachRow())
        sent += static_cast<std::size_t>(count);
    BOOST_TEST(sent == kRows + 5U + 5U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
