// The API goes away in the middle of a run, in each way in which it can: for a minute each, side by
// side, and all three in a row.

#include "Rig.h"
#include "Scenes.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <map>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

#ifdef OAUTH_BATCH_SANITIZED
constexpr auto kOutage = 10s;
constexpr auto kTimeout = "--timeout=2s";
#else
constexpr auto kOutage = 60s;
constexpr auto kTimeout = "--timeout=10s";
#endif
constexpr std::size_t kRows = 100;
constexpr std::size_t kBefore = 30;
constexpr std::size_t kWorkers = 8;
constexpr std::size_t kInARow = 5; // failures that open the breaker

enum class Weather
{
    fine,
    refused, ///< nothing listens
    status503,
    silent, ///< takes connections and requests, and never answers
};

struct Seen
{
    Ended ended;
    CsvTable results;
    std::vector<StubRequest> requests;
    std::size_t during = 0; ///< requests that arrived while the weather was foul
};

/// A server whose weather changes.
class Coast
{
public:
    void turn(Weather weather)
    {
        if (weather_ == Weather::refused) api.open();
        weather_ = weather;
        if (weather == Weather::refused) api.close();
    }

    StubApi api{[this](const StubRequest&) {
        if (weather_ == Weather::status503) return Reply::status(503);
        return weather_ == Weather::silent ? Reply::hang() : Reply::success();
    }};

private:
    std::atomic<Weather> weather_ = Weather::fine;
};

Seen play(const std::vector<Weather>& outage)
{
    const Rig rig;
    Coast coast;
    rig.write("in.csv", assignments(kRows));
    Process process(
        rig.command(rig.against(coast.api.url(), {"run", "in.csv", "--rate=10/s", kTimeout,
                                                  "--workers=" + std::to_string(kWorkers)})));
    coast.api.waitForRequests(kBefore);
    for (const Weather weather : outage) {
        coast.turn(weather);
        const auto end = Clock::now() + kOutage;
        const auto left = [end] {
            return std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        };
        while (left().count() > 0 && process.collect(left())) {
        }
    }
    const std::size_t before = coast.api.requests().size();
    coast.turn(Weather::fine);
    const Ended ended = process.wait(5min);
    return {ended, rig.table("in.results.csv"), coast.api.requests(), before - kBefore};
}

Scenes<Seen> scenes({
    {"aMinuteWithoutAListener", [] { return play({Weather::refused}); }},
    {"aMinuteOf503", [] { return play({Weather::status503}); }},
    {"aMinuteOfSilence", [] { return play({Weather::silent}); }},
    {"allThreeInARow",
     [] {
         return play({Weather::refused, Weather::status503, Weather::silent});
     }},
});

/// Every row succeeds within its attempts, in one pause, with few probes.
void checkSurvived(std::size_t mostDuring)
{
    const Seen& seen = scenes.result();
    CHECK_EXIT(seen.ended, 0);
    BOOST_TEST_MESSAGE(seen.ended.elapsed.count()
                       << " ms, " << seen.during << " requests in the outage\n"
                       << seen.ended.err);
    BOOST_TEST_REQUIRE(seen.results.size() == kRows);
    std::map<std::string, int> sent;
    for (const StubRequest& request : seen.requests)
        ++sent[request.target];
    for (std::size_t row = 0; row < kRows; ++row) {
        BOOST_TEST(seen.results.at(row, "result_status") == "succeeded");
        BOOST_TEST(std::stoi(seen.results.at(row, "result_attempts")) <= 5);
        BOOST_TEST(sent[assignTarget(seen.results.at(row, "managed_user_id"))] <= 5);
    }
    BOOST_TEST(count(seen.ended.err, "does not answer as it should, pausing") == 1U);
    BOOST_TEST(count(seen.ended.err, "the API answers again") == 1U);
    BOOST_TEST(seen.during <= mostDuring);
}

} // namespace

BOOST_AUTO_TEST_SUITE(Outage)

BOOST_AUTO_TEST_CASE(aMinuteWithoutAListener)
{
    checkSurvived(kWorkers); // What came before the close was noticed.
}

BOOST_AUTO_TEST_CASE(aMinuteOf503)
{
    checkSurvived(kWorkers + kInARow + 3); // Probes after 5, 15 and 35 s.
}

BOOST_AUTO_TEST_CASE(aMinuteOfSilence)
{
    checkSurvived(kWorkers + kInARow + 3);
}

BOOST_AUTO_TEST_CASE(allThreeInARow)
{
    checkSurvived(kWorkers + kInARow + 7);
}

BOOST_AUTO_TEST_SUITE_END()
