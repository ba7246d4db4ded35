#include "Rig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <ostream>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

/// Servers that end kept-alive connections when it suits them, and say nothing of it before. None
/// of these has a fault beyond that, and none of them has read the request that a close crosses.
namespace {

struct Closing
{
    std::string name;
    Reply::Then then;
    std::chrono::milliseconds linger; ///< from the answer to the end
    std::size_t each;                 ///< of so many answers one ends its connection
    std::string rate;
    std::size_t rows;
};

std::ostream& operator<<(std::ostream& out, const Closing& one)
{
    return out << one.name;
}

using Then = Reply::Then;

const std::vector<Closing> kClosings = {
    {"right after each answer", Then::close, 0ms, 1, "off", 60},
    {"right after some answers", Then::close, 0ms, 3, "off", 60},
    {"by a reset right after each answer", Then::reset, 0ms, 1, "off", 60},
    {"by a reset right after some answers", Then::reset, 0ms, 3, "off", 60},
    {"while the next request waits for its slot", Then::close, 15ms, 1, "30/s", 30},
    {"by a reset while the next request waits", Then::reset, 15ms, 1, "30/s", 30},
    {"about when the next request goes out", Then::close, 33ms, 2, "30/s", 30},
    {"by a reset about when the next request goes out", Then::reset, 33ms, 2, "30/s", 30},
    // A request of which a byte has left waits for its second attempt.
    {"after half of the next request", Then::dropNext, 0ms, 4, "off", 10},
};

/// Successes, of which every `each`-th is followed by that end of its connection.
StubApi::Script closing(const Closing& one)
{
    return [one](const StubRequest& request) {
        Reply reply = Reply::success();
        if (request.number % one.each != 0) return reply;
        reply.then = one.then;
        reply.linger = one.linger;
        return reply;
    };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(StaleConnection, Rig)

BOOST_DATA_TEST_CASE(losesNoRowAndDoublesNone, boost::unit_test::data::make(kClosings), one)
{
    const StubApi api(closing(one));
    write("in.csv", assignments(one.rows));
    const Ended ended = runAgainst(
        api.url(), {"run", "in.csv", "--workers=4", "--max-attempts=10", "--rate=" + one.rate});
    CHECK_EXIT(ended, 0);
    const CsvTable results = table("in.results.csv");
    for (std::size_t row = 0; row < results.size(); ++row)
        BOOST_TEST(results.at(row, "result_status") == "succeeded");
    std::map<std::string, std::size_t> seen;
    for (const StubRequest& request : api.requests())
        ++seen[request.target];
    BOOST_TEST(seen.size() == one.rows);
    for (const auto& [target, times] : seen)
        BOOST_TEST(times == 1U, target << " was read " << times << " times");
}

BOOST_AUTO_TEST_SUITE_END()
