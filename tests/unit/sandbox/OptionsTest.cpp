#include "Options.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace sandbox = oauth_batch::sandbox;
using namespace std::chrono_literals;
using sandbox::makeOptions;
using sandbox::Options;
using sandbox::parseCommandLine;

namespace {

Options optionsOf(const std::vector<std::string>& arguments)
{
    return makeOptions(parseCommandLine(arguments), {});
}

std::string errorOf(const std::vector<std::string>& arguments,
                    const std::vector<sandbox::Setting>& fromScenario = {})
{
    try {
        makeOptions(parseCommandLine(arguments), fromScenario);
        return "";
    } catch (const oauth_batch::UsageError& error) {
        return error.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(OptionsTest)

BOOST_AUTO_TEST_CASE(defaultsAreTheApisOwn)
{
    const Options options = optionsOf({});
    BOOST_TEST(options.port == 0);
    BOOST_TEST((options.quota == sandbox::Quota{60, 60s}));
    BOOST_TEST((options.latency == sandbox::LatencyRange{}));
    BOOST_TEST(!options.token);
    BOOST_TEST((options.keepAliveTimeout == 75s));
    BOOST_TEST((options.policies == sandbox::Policies{}));
}

BOOST_AUTO_TEST_CASE(everyOptionIsRead)
{
    const Options options = optionsOf({"--port=8443",
                                       "--port-file=p",
                                       "--token=a=b",
                                       "--quota=5/s",
                                       "--quota-counts=all",
                                       "--retry-after=x-ratelimit",
                                       "--latency=10ms..2s",
                                       "--customers=c.csv",
                                       "--profiles=321,322:hubspot",
                                       "--unassign-missing=not-found",
                                       "--unassign-in-use=bad-request",
                                       "--same-provider=bad-request",
                                       "--scenario=s.json",
                                       "--seed=18446744073709551615",
                                       "--tls-cert=c.pem",
                                       "--tls-key=k.pem",
                                       "--request-log=l",
                                       "--state-file=s",
                                       "--keep-alive-timeout=200ms",
                                       "--keep-alive-requests=3"});
    BOOST_TEST(options.port == 8443);
    BOOST_TEST(options.portFile == "p");
    BOOST_TEST(options.token.value() == "a=b");
    BOOST_TEST((options.quota == sandbox::Quota{5, 1s}));
    BOOST_TEST((options.quotaCounts == sandbox::QuotaCounts::all));
    BOOST_TEST((options.retryAfter == sandbox::RetryAfterStyle::xRateLimit));
    BOOST_TEST((options.latency == sandbox::LatencyRange{10ms, 2s}));
    BOOST_TEST(options.customersFile == "c.csv");
    const std::vector<sandbox::ProfileRecord> profiles = {{"321", ""}, {"322", "hubspot"}};
    BOOST_TEST((options.profiles == profiles));
    BOOST_TEST(
        (options.policies == sandbox::Policies{sandbox::Policies::Missing::notFound,
                                               sandbox::Policies::InUse::badRequest,
                                               sandbox::Policies::SameProvider::badRequest}));
    BOOST_TEST(options.scenarioFile == "s.json");
    BOOST_TEST(options.seed == UINT64_MAX);
    BOOST_TEST(options.tlsCertificate == "c.pem");
    BOOST_TEST(options.tlsKey == "k.pem");
    BOOST_TEST(options.requestLog == "l");
    BOOST_TEST(options.stateFile == "s");
    BOOST_TEST((options.keepAliveTimeout == 200ms));
    BOOST_TEST(options.keepAliveRequests == 3);
}

BOOST_AUTO_TEST_CASE(theQuotaCanBeOff)
{
    BOOST_TEST(!optionsOf({"--quota=off"}).quota);
}

BOOST_AUTO_TEST_CASE(allErrorsAreReportedAtOnce)
{
    BOOST_TEST(errorOf({"--prot=1", "x", "--quota=5", "--seed", "--port=70000", "--port=1",
                        "--tls-key=k", "--profiles=1,,2", "--"}) ==
               "unknown option --prot (did you mean --port?)\n"
               "\"x\": not an option; options are --name=value\n"
               "--seed needs a value: --seed=N\n"
               "--port is given twice\n"
               "\"--\": not an option; options are --name=value\n"
               "--quota=\"5\": not such as 60/min, 60/6s, or off\n"
               "--port=\"70000\": not a port number (0 takes any free one)\n"
               "--profiles=\"1,,2\": not profile ids such as 321,322:hubspot\n"
               "--tls-cert and --tls-key go together");
}

BOOST_AUTO_TEST_CASE(optionsAreNotAbbreviated)
{
    BOOST_TEST(errorOf({"--tok=x"}).starts_with("unknown option --tok"));
    BOOST_TEST(errorOf({"--request=x"}).starts_with("unknown option --request"));
}

BOOST_AUTO_TEST_CASE(aWrongTokenIsNotRepeated)
{
    BOOST_TEST(errorOf({"--token=sec\x01ret"}).find("ret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(theCommandLineWinsOverTheScenario)
{
    const auto line = parseCommandLine({"--quota=5/s", "--scenario=s.json"});
    const Options options = makeOptions(line, {{"quota", "30/min"}, {"latency", "1s"}});
    BOOST_TEST((options.quota == sandbox::Quota{5, 1s}));
    BOOST_TEST((options.latency == sandbox::LatencyRange{1s, 1s}));
}

BOOST_AUTO_TEST_CASE(errorsOfAScenariosOptionsNameTheFile)
{
    BOOST_TEST(errorOf({"--scenario=s.json"}, {{"qota", "1/s"}, {"quota", "x"}, {"token", "t"}}) ==
               "s.json: options: unknown option --qota (did you mean --quota?)\n"
               "s.json: options: --quota=\"x\": not such as 60/min, 60/6s, or off\n"
               "s.json: options: --token belongs on the command line");
}

BOOST_AUTO_TEST_CASE(helpAndVersionAreSeen)
{
    BOOST_TEST(parseCommandLine({"--help"}).help);
    BOOST_TEST(parseCommandLine({"--version"}).version);
    BOOST_TEST(!parseCommandLine({"--help=yes"}).errors.empty());
}

BOOST_AUTO_TEST_CASE(theHelpNamesEveryOptionInLinesOfATerminal)
{
    const std::string help = sandbox::helpText();
    for (const std::string name : {"--port=N", "--quota=", "--scenario=FILE", "--state-file=FILE"})
        BOOST_TEST(help.find("\n  " + name) != std::string::npos);
    std::size_t begin = 0;
    for (std::size_t end = help.find('\n'); end != std::string::npos;
         end = help.find('\n', begin)) {
        BOOST_TEST(end - begin <= 81U, help.substr(begin, end - begin));
        begin = end + 1;
    }
}

BOOST_AUTO_TEST_SUITE_END()
