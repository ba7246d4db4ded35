#include "StubApi.h"
#include "TcpRelay.h"
#include "TlsRig.h"

using namespace oauth_batch::test;

namespace {

const std::vector<int> kStatuses = {300, 301, 302, 303, 305, 307, 308};

/// Servers that a redirect may point to, and what each row is answered.
struct RedirectRig : TlsRig
{
    RedirectRig() { write("in.csv", assignments(kStatuses.size() * locations().size())); }

    std::vector<std::string> locations() const
    {
        const std::string other = "127.0.0.1:" + std::to_string(elsewhere.port());
        return {"http://" + other + "/catch",
                "http://localhost:" + std::to_string(elsewhere.port()) + "/catch",
                "//" + other + "/catch",
                elsewhereSecure.url() + "/catch",
                "http://user@" + other + "/catch",
                "/catch",
                "catch",
                "?force=true",
                ""};
    }

    Reply answerTo(std::size_t request) const
    {
        const auto all = locations();
        const int status = kStatuses[(request - 1) / all.size() % kStatuses.size()];
        return Reply::status(status, R"({"result":{"success":true}})",
                             {"Location: " + all[(request - 1) % all.size()]});
    }

    StubApi elsewhere;
    TcpRelay elsewhereSecure{[](std::size_t) { return TcpRelay::Plan::close(); }};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Redirect, RedirectRig)

BOOST_AUTO_TEST_CASE(noneIsFollowedWhateverItsStatusAndPlace)
{
    const StubApi api([this](const StubRequest& request) { return answerTo(request.number); });
    CHECK_EXIT(send(api.url(), {"--workers=1"}), 1);
    const CsvTable results = table("in.results.csv");
    BOOST_TEST(results.size() == kStatuses.size() * locations().size());
    for (std::size_t row = 0; row < results.size(); ++row) {
        BOOST_TEST(results.at(row, "result_status") == "failed");
        BOOST_TEST(results.at(row, "result_error_code") == "redirected");
        BOOST_TEST(results.at(row, "result_attempts") == "1");
        CHECK_SAYS(results.at(row, "result_message"), "not followed.*base URL");
    }
    BOOST_TEST(api.requests().size() == results.size());
    for (const StubRequest& request : api.requests())
        BOOST_TEST(!contains(request.target, "catch"), request.target);
    BOOST_TEST(elsewhere.connections() == 0U);
    BOOST_TEST(elsewhereSecure.connections() == 0U);
    CHECK_SAYS(results.at(0, "result_message"),
               "127\\.0\\.0\\.1:" + std::to_string(elsewhere.port()));
}

BOOST_AUTO_TEST_SUITE_END()
