#include "Rig.h"
#include "SandboxProcess.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <regex>

using namespace oauth_batch::test;

namespace {

struct Planned
{
    std::string row;
    std::string line; ///< method and target
};

std::vector<Planned> planOf(const std::string& output)
{
    std::vector<Planned> plan;
    std::smatch match;
    for (const std::string& line : lines(output)) {
        if (std::regex_match(line, match, std::regex("(\\d+)\t(POST|DELETE)\t(/[!-~]*)"))) {
            plan.push_back({match[1], match[2].str() + ' ' + match[3].str()});
        }
    }
    return plan;
}

/// The customer as the target has it.
std::string customerOf(const std::string& line)
{
    std::smatch match;
    std::regex_search(line, match, std::regex("/api/managed_users/([^/]+)/"));
    return match[1];
}

std::map<std::string, std::vector<std::string>> byCustomer(const std::vector<std::string>& lines)
{
    std::map<std::string, std::vector<std::string>> result;
    for (const std::string& line : lines)
        result[customerOf(line)].push_back(line);
    return result;
}

std::vector<std::string> sorted(std::vector<std::string> texts)
{
    std::sort(texts.begin(), texts.end());
    return texts;
}

struct SampleRun : Rig
{
    SampleRun()
    {
        std::filesystem::copy_file(std::filesystem::path(OAUTH_BATCH_SAMPLES) / "onboarding.csv",
                                   path("onboarding.csv"));
        const Ended check = run({"check", "onboarding.csv", "--plan"});
        CHECK_EXIT(check, 1); // It has a handful of wrong rows.
        for (const Planned& one : planOf(check.out))
            planned.push_back(one.line);
        plan = planOf(check.out);
    }

    void send(SandboxProcess& sandbox, const Arguments& more = {})
    {
        Arguments arguments = {"run", "onboarding.csv", "--workers=8"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        ended = runAgainst(sandbox.url(), arguments);
        requests = sandbox.requests();
        for (const auto& request : requests)
            sent.push_back(request.line());
    }

    std::vector<Planned> plan;
    std::vector<std::string> planned;
    std::vector<std::string> sent;
    std::vector<SandboxProcess::Request> requests;
    Ended ended;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(Plan, SampleRun)

BOOST_AUTO_TEST_CASE(equalsTheTrafficOfTheSample)
{
    SandboxProcess sandbox({"--latency=20ms", "--token=" + std::string(kToken)});
    send(sandbox);
    CHECK_EXIT(ended, 1);
    BOOST_TEST(planned.size() > 150U);
    BOOST_TEST(sorted(sent) == sorted(planned), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(oneCustomersRequestsComeInInputOrderAndNeverTwoAtOnce)
{
    SandboxProcess sandbox({"--latency=20ms"});
    send(sandbox);
    const auto plannedOf = byCustomer(planned);
    const auto sentOf = byCustomer(sent);
    BOOST_TEST(plannedOf.size() < planned.size()); // The sample has customers with several rows.
    for (const auto& [customer, expected] : plannedOf) {
        const auto found = sentOf.find(customer);
        BOOST_REQUIRE_MESSAGE(found != sentOf.end(), customer);
        BOOST_TEST(found->second == expected, boost::test_tools::per_element());
    }
    for (const auto& request : requests) {
        BOOST_TEST(request.inFlight == 0, request.line());
        BOOST_TEST(request.authorized);
        BOOST_TEST(request.status == 200);
    }
}

BOOST_AUTO_TEST_CASE(customersRunInParallelWithinTheWorkers)
{
    SandboxProcess sandbox({"--latency=20ms"});
    send(sandbox);
    std::size_t most = 0;
    for (const auto& request : requests) {
        const auto atOnce = std::count_if(
            requests.begin(), requests.end(), [&request](const SandboxProcess::Request& other) {
                return other.arrival <= request.arrival && other.answered > request.arrival;
            });
        most = std::max(most, static_cast<std::size_t>(atOnce));
    }
    BOOST_TEST(most > 1U);
    BOOST_TEST(most <= 8U);
    const auto last =
        std::max_element(requests.begin(), requests.end(),
                         [](const auto& a, const auto& b) { return a.connection < b.connection; });
    BOOST_TEST(last->connection <= 8U); // Each worker keeps its own.
}

BOOST_AUTO_TEST_CASE(requestOfEachRowStandsInItsResult)
{
    SandboxProcess sandbox;
    send(sandbox);
    const CsvTable results = table("onboarding.results.csv");
    for (const Planned& one : plan) {
        const std::size_t row = std::stoul(one.row) - 1;
        BOOST_TEST(results.at(row, "result_row") == one.row);
        BOOST_TEST(results.at(row, "result_request") == one.line);
        BOOST_TEST(results.at(row, "result_status") == "succeeded");
    }
    std::size_t sentRows = 0;
    for (const std::string& attempts : results.column("result_attempts")) {
        sentRows += attempts == "0" ? 0 : 1;
    }
    BOOST_TEST(sentRows == plan.size());
}

BOOST_AUTO_TEST_SUITE_END()
