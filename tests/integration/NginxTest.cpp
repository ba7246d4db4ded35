#include "NginxProcess.h"
#include "ServerRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

struct NginxRig : ServerRig
{
    NginxRig()
    {
        BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: scripts/setup test");
    }
};

struct Habit
{
    std::string name;
    std::string directives;
};

std::ostream& operator<<(std::ostream& out, const Habit& habit)
{
    return out << habit.name;
}

const std::vector<Habit> kHabits = {
    {"three requests a connection", "keepalive_requests 3;"},
    {"one request a connection", "keepalive_timeout 0;"},
    {"closes without lingering", "keepalive_requests 2; lingering_close off;"},
    {"resets what is idle", "keepalive_timeout 1s; reset_timedout_connection on;"},
};

/// A run at a gap of 2 s, with a server of its own that closes connections in its way.
class PacedRun
{
public:
    explicit PacedRun(const std::string& directives) : server_(setup(directives)), process_(start())
    {}

    void check()
    {
        CHECK_EXIT(process_->wait(), 0);
        BOOST_TEST(rig_.allSucceededAtOnce(kRows));
        auto requests = server_.stopAndReadLog();
        // nginx logs a connection that it gives up as a request without a target.
        std::erase_if(requests, [](const auto& request) { return request.status != 200; });
        BOOST_REQUIRE(eachOnce(timesAsked(requests), kRows));
        const auto span = requests.back().time - requests.front().time;
        BOOST_TEST((span > 9900ms), span.count() << " ms");
#ifndef OAUTH_BATCH_SANITIZED
        BOOST_TEST((span < 11500ms), span.count() << " ms"); // A lost slot is 2 s more.
#endif
    }

private:
    static constexpr std::size_t kRows = 6;

    static NginxProcess::Setup setup(const std::string& directives)
    {
        NginxProcess::Setup setup;
        setup.server = directives;
        return setup;
    }

    std::unique_ptr<Process> start() const
    {
        rig_.write("in.csv", assignments(kRows));
        return rig_.start(server_.url(), {"--rate=30/min"});
    }

    NginxRig rig_;
    NginxProcess server_;
    std::unique_ptr<Process> process_;
};

/// nginx itself answers so, by limit_req, with a Retry-After.
std::string limitedLocation()
{
    return "error_page 429 = @limited;\nlocation @limited {\nadd_header Retry-After 1 always;\n"
           "return 429;\n}";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Nginx, NginxRig)

BOOST_DATA_TEST_CASE(endOfAKeptConnectionCostsNothing, boost::unit_test::data::make(kHabits), habit)
{
    NginxProcess::Setup setup;
    setup.server = habit.directives;
    NginxProcess server(setup);
    write("in.csv", assignments(60));
    CHECK_EXIT(send(server.url(), {"--workers=4"}), 0);
    BOOST_TEST(allSucceededAtOnce(60));
    BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 60));
}

BOOST_AUTO_TEST_CASE(connectionThatIsClosedBetweenSlotsLosesNoSlot)
{
    // When its slot comes, a connection has been idle for two gaps since its request, or for one
    // since it was opened.
    PacedRun shorterThanAGap("keepalive_timeout 1s;");
    PacedRun shorterThanTwo("keepalive_timeout 3s;");
    PacedRun neverUsed("keepalive_timeout 0; client_header_timeout 1200ms;");
    shorterThanAGap.check();
    shorterThanTwo.check();
    neverUsed.check();
}

BOOST_AUTO_TEST_CASE(limitWithRetryAfterIsWaitedForByAllAndLosesNoRow)
{
    NginxProcess::Setup setup;
    setup.limitRate = "5r/s";
    setup.limitBurst = 4;
    setup.locations = limitedLocation();
    NginxProcess server(setup);
    write("in.csv", assignments(30));
    CHECK_EXIT(send(server.url(), {"--workers=4", "--max-attempts=1"}), 0);
    const auto requests = server.stopAndReadLog();
    BOOST_TEST(eachOnce(timesAsked(requests, 200), 30));
    const auto refused = static_cast<long>(requests.size()) - 30;
    const long episodes = fact("throttled");
    // Each pause of over a second is worth 5 rows, whatever the workers do meanwhile.
    BOOST_TEST((episodes >= 1 && episodes <= 5), episodes);
    BOOST_TEST((refused >= episodes && refused <= 4 * episodes + 3), refused);
}

BOOST_AUTO_TEST_CASE(limitWithoutRetryAfterIsWaitedForByAllAndLosesNoRow)
{
    NginxProcess::Setup setup;
    setup.limitRate = "2r/s";
    setup.limitBurst = 9;
    NginxProcess server(setup);
    write("in.csv", assignments(30));
    const Ended ended = send(server.url(), {"--workers=4", "--max-attempts=1"});
    CHECK_EXIT(ended, 0);
    const auto requests = server.stopAndReadLog();
    BOOST_TEST(eachOnce(timesAsked(requests, 200), 30));
    const long episodes = fact("throttled");
    BOOST_TEST((episodes >= 1 && episodes <= 2), episodes << " episodes" << describe(ended));
    BOOST_TEST(static_cast<long>(requests.size()) <= 30 + 4 * episodes);
}

BOOST_AUTO_TEST_CASE(reloadsAndARestartInTheMiddleLoseAndDoubleNoRow)
{
    const NginxProcess::Setup setup;
    NginxProcess server(setup);
    write("in.csv", assignments(120));
    const auto process = start(server.url(), {"--workers=4", "--rate=40/s"});
    for (const std::size_t count : {15U, 30U, 45U}) {
        server.waitForRequests(count);
        server.reload(setup);
    }
    server.waitForRequests(60);
    server.restart();
    CHECK_EXIT(process->wait(), 0);
    BOOST_TEST(table("in.results.csv").size() == 120U);
    BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 120));
}

BOOST_AUTO_TEST_CASE(gatewayErrorsOfAFewRowsLeaveThemUnknown)
{
    const StubApi silent([](const StubRequest&) { return Reply::hang(); });
    const ReservedPort dead;
    NginxProcess::Setup setup;
    setup.locations = "location /api/managed_users/7/ {\nproxy_pass http://127.0.0.1:" +
                      std::to_string(dead.number()) +
                      ";\n}\nlocation /api/managed_users/8/ {\nproxy_read_timeout 300ms;\n"
                      "proxy_pass " +
                      silent.url() + ";\n}";
    NginxProcess server(setup);
    write("in.csv", assignments(12));
    CHECK_EXIT(send(server.url(), {"--max-attempts=2"}), 1);
    const CsvTable results = table("in.results.csv");
    for (std::size_t row = 0; row < results.size(); ++row) {
        const bool isBad = row == 6 || row == 7;
        BOOST_TEST(results.at(row, "result_status") == (isBad ? "unknown" : "succeeded"));
        BOOST_TEST(results.at(row, "result_attempts") == (isBad ? "2" : "1"));
    }
    BOOST_TEST(results.at(6, "result_error_code") == "http_502");
    BOOST_TEST(results.at(7, "result_error_code") == "http_504");
    const auto requests = server.stopAndReadLog();
    BOOST_TEST(requests.size() == 14U);
    BOOST_TEST(silent.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(deadUpstreamIsAnOutageThatEndsWithIt)
{
    const ReservedPort dead;
    NginxProcess::Setup setup;
    setup.upstream = "http://127.0.0.1:" + std::to_string(dead.number());
    NginxProcess server(setup);
    write("in.csv", assignments(20));
    const auto process = start(server.url(), {"--workers=4"});
    process->waitForOutput("does not answer as it should");
    server.reload({});
    CHECK_EXIT(process->wait(), 0);
    const auto requests = server.stopAndReadLog();
    BOOST_TEST(eachOnce(timesAsked(requests, 200), 20));
    // Five rows, what the other workers had under way, and a probe that may meet the old one.
    BOOST_TEST(timesAsked(requests, 502).size() <= 5 + 3 + 1);
}

BOOST_AUTO_TEST_SUITE_END()
