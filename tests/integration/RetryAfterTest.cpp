// What a 429 says of its end, and what becomes of a run to which it says nothing that helps.

#include "Rig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <future>
#include <iomanip>
#include <sstream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

/// The three forms of RFC 9110, 5.6.7: IMF-fixdate, RFC 850, asctime.
const std::string kImf = "%a, %d %b %Y %H:%M:%S GMT";
const std::vector<std::string> kForms = {kImf, "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

std::string dateOf(const std::string& form, std::chrono::seconds fromNow)
{
    const std::time_t when = std::time(nullptr) + fromNow.count();
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::ostringstream text;
    text << std::put_time(&parts, form.c_str());
    return text.str();
}

/// One row, of which the first request gets this 429.
struct Pause
{
    Ended ended;
    std::vector<StubRequest> requests;

    std::chrono::milliseconds length() const
    {
        const auto pause = requests.at(1).arrival - requests.at(0).arrival;
        return std::chrono::duration_cast<std::chrono::milliseconds>(pause);
    }
};

Pause pauseAfter(const Reply::Headers& headers)
{
    const Rig rig;
    const StubApi api(StubApi::inOrder({Reply::status(429, "{}", headers)}));
    rig.write("in.csv", assignments(1));
    const Ended ended = rig.runAgainst(api.url(), {"run", "in.csv", "--max-attempts=1"});
    return {ended, api.requests()};
}

/// Side by side, since they mostly wait.
std::vector<Pause> pausesAfter(const std::vector<Reply::Headers>& answers)
{
    std::vector<std::future<Pause>> running;
    for (const Reply::Headers& headers : answers)
        running.push_back(std::async(std::launch::async, pauseAfter, headers));
    std::vector<Pause> pauses;
    for (auto& pause : running)
        pauses.push_back(pause.get());
    return pauses;
}

std::vector<Reply::Headers> retryAfter(const std::vector<std::string>& values)
{
    std::vector<Reply::Headers> answers;
    for (const std::string& value : values)
        answers.push_back({"Retry-After: " + value});
    return answers;
}

std::string rowsOf(const std::string& prefix)
{
    std::string text = "operation,external_id,profile_id\n";
    for (int row = 0; row < 40; ++row)
        text += "assign," + prefix + std::to_string(row) + ",322\n";
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(RetryAfter, Rig)

BOOST_AUTO_TEST_CASE(dateIsReadByTheServersOwnClock)
{
    std::vector<Reply::Headers> answers;
    for (const std::string& form : kForms) {
        for (const auto off : {-5h, 5h})
            answers.push_back(
                {"Date: " + dateOf(kImf, off), "Retry-After: " + dateOf(form, off + 2s)});
    }
    const std::vector<Pause> pauses = pausesAfter(answers);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        BOOST_TEST_CONTEXT(answers[i][0] << ", " << answers[i][1])
        {
            CHECK_EXIT(pauses[i].ended, 0);
            BOOST_TEST_REQUIRE(pauses[i].requests.size() == 2U);
            // By our clock it would be over, and the pause 5 s, or hours ahead, and the run over.
            const auto length = pauses[i].length();
            BOOST_TEST((length >= 1s && length < 4900ms), length.count() << " ms");
        }
    }
}

BOOST_AUTO_TEST_CASE(valueThatSaysNothingPausesAsIfThereWereNone)
{
    const std::vector<std::string> values = {
        "0", "-5", "soon", "", "1e3", "2 s", "+10", "0x1F0", "NaN", "Sun, 06 Nov 1994 08:49:37 GMT",
    };
    const std::vector<Pause> pauses = pausesAfter(retryAfter(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
        BOOST_TEST_CONTEXT("Retry-After: " << values[i])
        {
            CHECK_EXIT(pauses[i].ended, 0);
            BOOST_TEST_REQUIRE(pauses[i].requests.size() == 2U);
            BOOST_TEST((pauses[i].length() >= 4900ms && pauses[i].length() < 20s),
                       pauses[i].length().count() << " ms");
        }
    }
}

BOOST_AUTO_TEST_CASE(absurdlyLongWishStopsAtOnce)
{
    const std::vector<std::string> values = {"99999999999999999999999999", "18446744073709551617",
                                             "9223372036854775807", "3601",
                                             "Fri, 31 Dec 9999 23:59:59 GMT"};
    const std::vector<Pause> pauses = pausesAfter(retryAfter(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
        BOOST_TEST_CONTEXT("Retry-After: " << values[i])
        {
            CHECK_EXIT(pauses[i].ended, 75);
            BOOST_TEST(pauses[i].requests.size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(throttlingWithoutEndOrHintStopsWithinMaxWait)
{
    const StubApi api([](const StubRequest&) { return Reply::status(429); });
    write("in.csv", assignments(5));
    const Ended ended = runAgainst(api.url(), {"run", "in.csv", "--max-wait=7s", "--workers=1"});
    CHECK_EXIT(ended, 75);
    const auto requests = api.requests();
    // At once, after 5 s, and a last look when the patience ends.
    BOOST_TEST_REQUIRE(requests.size() == 3U);
    BOOST_TEST((requests[2].arrival - requests[0].arrival >= 7s));
    BOOST_TEST((ended.elapsed < 20s), ended.elapsed.count() << " ms");
    BOOST_TEST(count(read("in.results.csv"), ",pending,") == 5U);
}

BOOST_AUTO_TEST_CASE(allProcessesOfAQuotaFileWaitForOnesGate)
{
    constexpr std::size_t kThrottled = 6;
    constexpr auto kWish = 3s;
    std::atomic<std::size_t> firsts = 0;
    const StubApi api([&](const StubRequest& request) {
        const bool isFirst = contains(request.target, "/Efirst");
        if (isFirst && ++firsts == kThrottled) return Reply::status(429, "{}", {"Retry-After: 3"});
        return Reply::success();
    });
    const auto start = [&](const std::string& name) {
        write(name + ".csv", rowsOf(name));
        return std::make_unique<Process>(
            command(against(api.url(), {"run", name + ".csv", "--rate=20/s",
                                        "--quota-file=" + path("quota").string()})));
    };
    // One runs beside the throttled one, another one starts while the gate is closed.
    const auto running = start("second");
    api.waitForRequests(1);
    const auto throttled = start("first");
    throttled->waitForOutput("the API throttles");
    const auto late = start("late");
    for (const auto* process : {&running, &throttled, &late})
        CHECK_EXIT((*process)->wait(), 0);
    for (const std::string name : {"first", "second", "late"})
        BOOST_TEST(count(read(name + ".results.csv"), ",succeeded,200,") == 40U);
    const auto requests = api.requests();
    std::size_t seen = 0;
    const auto gate = std::find_if(requests.begin(), requests.end(), [&](const auto& request) {
        return contains(request.target, "/Efirst") && ++seen == kThrottled;
    });
    BOOST_REQUIRE((gate != requests.end()));
    const auto during = std::count_if(gate + 1, requests.end(), [&](const auto& request) {
        return request.arrival - gate->arrival < kWish;
    });
    BOOST_TEST(during <= 2); // what was on its way; 60 would have fitted
}

BOOST_AUTO_TEST_SUITE_END()
