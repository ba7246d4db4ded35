// A whole run in virtual time: simulated workers against a server that loses answers, throttles,
// fails and goes away, and is killed now and then. What has to hold always is checked at each step.

#include "oauth_batch/schedule/GcraPacer.h"
#include "oauth_batch/schedule/Rate.h"
#include "oauth_batch/schedule/Scheduler.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace oauth_batch {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart = Instant(1000s);
constexpr std::size_t kWorkers = 6;
const Rate kRate{600, 60s};

/// Answers at random; from time to time it is away or throttles for a while.
class ModelServer
{
public:
    explicit ModelServer(std::mt19937& random) : random_(random) {}

    Verdict answer(Instant now)
    {
        if (now >= moodEnd_) changeMood(now);
        const unsigned dice = static_cast<unsigned>(random_() % 100);
        if (mood_ == Mood::away) return dice < 60 ? refused() : dice < 80 ? lost() : server();
        if (mood_ == Mood::throttling && dice < 90) return throttled();
        if (dice < 70) return clear(RowStatus::succeeded, 200);
        if (dice < 76) return clear(RowStatus::failed, 404);
        if (dice < 82) return server();
        if (dice < 90) return lost();
        if (dice < 95) return refused();
        return stale();
    }

private:
    enum class Mood
    {
        well,
        away,
        throttling
    };

    void changeMood(Instant now)
    {
        mood_ = mood_ != Mood::well  ? Mood::well
                : random_() % 2 == 0 ? Mood::away
                                     : Mood::throttling;
        moodEnd_ = now + (mood_ == Mood::well ? 5s : 20s) * (1 + random_() % 4);
    }

    static Verdict verdict(NextStep next, FailureKind kind, RowStatus status, int http)
    {
        Verdict verdict;
        verdict.next = next;
        verdict.kind = kind;
        verdict.status = status;
        verdict.code = http == 200 ? ErrorCode::none
                       : http != 0 ? ErrorCode::http
                                   : ErrorCode::reset;
        verdict.httpStatus = http;
        verdict.mayBeApplied = status == RowStatus::unknown;
        return verdict;
    }
    static Verdict clear(RowStatus status, int http)
    {
        return verdict(NextStep::conclude, FailureKind::none, status, http);
    }
    static Verdict server()
    {
        return verdict(NextStep::retry, FailureKind::server, RowStatus::unknown, 503);
    }
    static Verdict lost()
    {
        return verdict(NextStep::retry, FailureKind::transport, RowStatus::unknown, 0);
    }
    static Verdict refused()
    {
        return verdict(NextStep::retry, FailureKind::transport, RowStatus::failed, 0);
    }
    static Verdict stale()
    {
        return verdict(NextStep::notSent, FailureKind::transport, RowStatus::failed, 0);
    }
    Verdict throttled()
    {
        Verdict made = verdict(NextStep::throttled, FailureKind::none, RowStatus::failed, 429);
        if (random_() % 2 == 0) made.wait = std::chrono::seconds(random_() % 8);
        return made;
    }

    std::mt19937& random_;
    Mood mood_ = Mood::well;
    Instant moodEnd_ = kStart + 10s;
};

/// What a journal would hold of a row.
struct Record
{
    RowMemory memory;
    std::optional<Conclusion> end;
    std::optional<Settled> settled;
};

class Simulation
{
public:
    Simulation(unsigned seed, std::uint32_t rows) : random_(seed), server_(random_)
    {
        const std::uint32_t customers = 1 + static_cast<std::uint32_t>(random_() % rows);
        for (std::uint32_t i = 0; i < rows; ++i)
            operations_.push_back({random_() % 2 == 0 ? Verb::assign : Verb::unassign,
                                   std::to_string(1 + random_() % customers),
                                   std::to_string(1 + random_() % 2), false});
        records_.resize(rows);
        options_.maxAttempts = 3;
        options_.outageTimeout = 10h;
        options_.maxWait = 10h;
    }

    /// Runs to the end, killed `kills` times before.
    void run(int kills)
    {
        for (; kills > 0; --kills) {
            begin();
            steps(200);
        }
        begin();
        steps(10'000'000);
        BOOST_REQUIRE(finished_);
        checkEnd();
    }

private:
    enum class Phase
    {
        asking,
        slot,
        sending
    };
    struct Event
    {
        Instant at;
        std::uint64_t order;
        std::size_t worker;
        bool operator>(const Event& other) const
        {
            return std::tie(at, order) > std::tie(other.at, other.order);
        }
    };
    struct Worker
    {
        Phase phase = Phase::asking;
        RowIndex row = kNoRow;
        std::uint64_t event = 0; // the one that counts; others are outdated
        bool parked = false;
    };

    void begin()
    {
        plan_ = std::make_unique<Plan>();
        for (const Operation& operation : operations_)
            plan_->addOperation(operation);
        for (RowIndex row = 0; row < plan_->size(); ++row) {
            Record& record = records_[row];
            if (record.end)
                plan_->settle(row, record.end->status, record.end->code);
            else if (record.settled)
                plan_->settle(row, record.settled->status, record.settled->code);
            else if (plan_->isRunnable(row))
                plan_->restore(row, record.memory);
        }
        scheduler_ = std::make_unique<Scheduler>(
            *plan_, options_, [this] { return static_cast<double>(random_() % 1000) / 1000.0; },
            now_);
        events_ = {};
        workers_.assign(kWorkers, {});
        busy_.clear();
        finished_ = false;
        paused_ = Instant::min();
        for (std::size_t worker = 0; worker < kWorkers; ++worker)
            schedule(worker, now_);
    }

    void steps(int count)
    {
        while (count-- > 0 && !finished_) {
            BOOST_REQUIRE(!events_.empty());
            const Event event = events_.top();
            events_.pop();
            if (workers_[event.worker].event != event.order) continue;
            now_ = event.at;
            step(event.worker);
        }
    }

    void schedule(std::size_t worker, Instant at)
    {
        workers_[worker].event = ++order_;
        events_.push({at, order_, worker});
    }

    void step(std::size_t number)
    {
        Worker& worker = workers_[number];
        worker.parked = false;
        if (worker.phase == Phase::asking) return ask(number);
        if (worker.phase == Phase::slot) return send(number);
        conclude(number);
    }

    void ask(std::size_t number)
    {
        const Decision decision = scheduler_->next(now_);
        if (std::holds_alternative<Finished>(decision)) {
            finished_ = true;
        } else if (const auto* settled = std::get_if<Settled>(&decision)) {
            BOOST_REQUIRE(!records_[settled->row].end);
            records_[settled->row].settled = *settled;
            wakeAll();
            schedule(number, now_);
        } else if (const auto* wait = std::get_if<Wait>(&decision)) {
            BOOST_REQUIRE((wait->until > now_));
            workers_[number].parked = true;
            workers_[number].event = 0;
            if (wait->until != Instant::max()) schedule(number, wait->until);
        } else {
            take(number, std::get<Start>(decision));
        }
    }

    void take(std::size_t number, const Start& start)
    {
        const RowIndex row = start.row;
        BOOST_REQUIRE(!records_[row].end);
        BOOST_REQUIRE_EQUAL(start.attempt, plan_->attempts(row) + 1);
        // One in flight per customer, in input order.
        BOOST_REQUIRE(busy_.insert(operations_[row].customerId).second);
        workers_[number].phase = Phase::slot;
        workers_[number].row = row;
        const auto late = std::chrono::microseconds(random_() % 4000); // a coarse timer
        schedule(number, pacer_.reserve(now_) + late);
    }

    void send(std::size_t number)
    {
        Worker& worker = workers_[number];
        if (!scheduler_->mayStillStart(worker.row, now_)) {
            scheduler_->giveBack(worker.row, now_);
            return leave(number);
        }
        BOOST_REQUIRE((now_ >= paused_));
        sent_.push_back(now_);
        records_[worker.row].memory.wasInFlight = true;
        checkOrder(worker.row);
        worker.phase = Phase::sending;
        schedule(number, now_ + 50ms + std::chrono::milliseconds(random_() % 300));
    }

    void conclude(std::size_t number)
    {
        const RowIndex row = workers_[number].row;
        const Verdict verdict = server_.answer(now_);
        const Conclusion conclusion = scheduler_->conclude(row, verdict, now_);
        Record& record = records_[row];
        record.memory = {plan_->attempts(row), plan_->runAttempts(row), plan_->httpStatus(row),
                         plan_->mayBeApplied(row), false};
        BOOST_REQUIRE_EQUAL(conclusion.attempts, plan_->attempts(row));
        if (conclusion.final) record.end = conclusion;
        if (conclusion.pauseUntil) paused_ = std::max(paused_, *conclusion.pauseUntil);
        leave(number);
    }

    void leave(std::size_t number)
    {
        busy_.erase(operations_[workers_[number].row].customerId);
        workers_[number] = {};
        wakeAll();
        schedule(number, now_);
    }

    void wakeAll()
    {
        for (std::size_t worker = 0; worker < kWorkers; ++worker) {
            if (workers_[worker].parked) schedule(worker, now_);
        }
    }

    void checkOrder(RowIndex row)
    {
        RowIndex& last = lastSent_[operations_[row].customerId];
        BOOST_REQUIRE_GE(row + 1, last);
        last = row + 1;
    }

    void checkEnd()
    {
        BOOST_REQUIRE(plan_->countsAddUp());
        BOOST_REQUIRE_EQUAL(plan_->count(RowStatus::pending), 0U);
        BOOST_TEST(toString(scheduler_->stopReason()) == "none");
        for (RowIndex row = 0; row < plan_->size(); ++row)
            checkRow(row);
        // A killed run forgets what it had reserved ahead, so the pacer outlives it here as the
        // shared one does.
        std::sort(sent_.begin(), sent_.end());
        for (std::size_t i = kRate.count; i < sent_.size(); ++i)
            BOOST_REQUIRE((sent_[i] - sent_[i - kRate.count] > kRate.window));
    }

    void checkRow(RowIndex row)
    {
        if (plan_->status(row) == RowStatus::duplicate) return;
        const RowIndex blocker = expectedBlocker(row);
        const bool isBlocked = plan_->status(row) == RowStatus::blocked;
        BOOST_REQUIRE_EQUAL(isBlocked, blocker != kNoRow);
        if (isBlocked) {
            BOOST_REQUIRE_EQUAL(records_[row].settled->related, blocker);
            BOOST_REQUIRE_EQUAL(plan_->attempts(row), 0U);
            return;
        }
        // A row in flight at a kill has one more at least.
        BOOST_REQUIRE_LE(records_[row].memory.runAttempts, options_.maxAttempts + 1);
        BOOST_REQUIRE_GE(records_[row].memory.runAttempts, 1U);
        if (plan_->status(row) == RowStatus::failed && records_[row].end->code != ErrorCode::http)
            BOOST_REQUIRE_GE(records_[row].memory.runAttempts, options_.maxAttempts);
    }

    /// The rule as the contract words it, the slow way.
    RowIndex expectedBlocker(RowIndex row) const
    {
        for (RowIndex earlier = row; earlier-- > 0;) {
            if (operations_[earlier].customerId != operations_[row].customerId ||
                operations_[earlier].verb == operations_[row].verb)
                continue;
            const RowIndex first =
                plan_->status(earlier) == RowStatus::duplicate ? plan_->related(earlier) : earlier;
            return plan_->status(first) == RowStatus::succeeded ? kNoRow : first;
        }
        return kNoRow;
    }

    std::mt19937 random_;
    ModelServer server_;
    std::vector<Operation> operations_;
    std::vector<Record> records_;
    SchedulerOptions options_;
    GcraPacer pacer_{kRate.interval()};

    std::unique_ptr<Plan> plan_;
    std::unique_ptr<Scheduler> scheduler_;
    Instant now_ = kStart;
    std::uint64_t order_ = 0;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::vector<Worker> workers_;
    std::set<std::string> busy_;
    std::map<std::string, RowIndex> lastSent_;
    std::vector<Instant> sent_;
    Instant paused_ = Instant::min();
    bool finished_ = false;
};

BOOST_AUTO_TEST_SUITE(SchedulerSimulationTest)

BOOST_DATA_TEST_CASE(runsEndWellWhateverTheServerDoes, boost::unit_test::data::xrange(40), seed)
{
    Simulation(static_cast<unsigned>(seed), 300).run(0);
}

BOOST_DATA_TEST_CASE(killedRunsContinueWell, boost::unit_test::data::xrange(40), seed)
{
    Simulation(1000 + static_cast<unsigned>(seed), 300).run(4);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace oauth_batch
