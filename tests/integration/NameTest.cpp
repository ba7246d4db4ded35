#include "FullListener.h"
#include "NginxProcess.h"
#include "SandboxProcess.h"
#include "ServerRig.h"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

/// The program sees /etc/hosts, /etc/nsswitch.conf and /etc/resolv.conf of this Rig's folder, in a
/// mount namespace of its own.
struct NameRig : ServerRig
{
    NameRig()
    {
        BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: scripts/setup test");
        write("hosts", "\n");
        write("nsswitch.conf", "hosts: files\n");
        write("resolv.conf", "\n");
        write("in.csv", assignments(12));
    }

    static Arguments inNamespace()
    {
        Arguments words = {"/usr/bin/unshare", "--mount"};
        if (::geteuid() != 0) words.emplace_back("--map-root-user");
        words.insert(words.end(), {"/bin/sh", "-euc",
                                   "for name in hosts nsswitch.conf resolv.conf; do\n"
                                   "mount --bind $name /etc/$name; done\nexec \"$@\"",
                                   "sh"});
        return words;
    }

    std::unique_ptr<Process> startInNamespace(const std::string& url, const Arguments& more) const
    {
        Command command = this->command(arguments(url, more));
        Arguments words = inNamespace();
        command.arguments.insert(command.arguments.begin(), words.begin(), words.end());
        return std::make_unique<Process>(command);
    }

    Ended sendInNamespace(const std::string& url, const Arguments& more = {}) const
    {
        return startInNamespace(url, more)->wait();
    }

    void checkAllRowsAre(const std::string& status, const std::string& code) const
    {
        const CsvTable results = table("in.results.csv");
        for (std::size_t row = 0; row < results.size(); ++row) {
            BOOST_TEST(results.at(row, "result_status") == status);
            BOOST_TEST(results.at(row, "result_error_code") == code);
            BOOST_TEST(results.at(row, "result_attempts") == "0");
        }
    }
};

/// Shown as skipped, with this reason, where the system allows no namespaces.
boost::test_tools::assertion_result canMount(boost::unit_test::test_unit_id /*unit*/)
{
    Command command;
    command.arguments = {"/usr/bin/unshare", "--mount"};
    if (::geteuid() != 0) command.arguments.emplace_back("--map-root-user");
    command.arguments.insert(command.arguments.end(),
                             {"/bin/mount", "--bind", "/etc/passwd", "/etc/hosts"});
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    boost::test_tools::assertion_result result(Process::run(command).exitCode == 0);
    result.message() << "a mount namespace is not allowed here";
    return result;
}

boost::test_tools::assertion_result canServeNames(boost::unit_test::test_unit_id unit)
{
    boost::test_tools::assertion_result result(::geteuid() == 0 && canMount(unit));
    result.message() << "only root may listen at port 53";
    return result;
}

namespace need = boost::unit_test;

/// A name server that takes queries and says nothing, at an address of this process's own.
class SilentNameServer
{
public:
    SilentNameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
    {
        const auto pid = static_cast<unsigned>(::getpid());
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_port = htons(53);
        place.sin_addr.s_addr = htonl(0x7f400001U + ((pid & 0x3fffU) << 8U));
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&place), sizeof place) != 0) // NOLINT
            throw std::runtime_error("cannot listen at port 53");
        char text[INET_ADDRSTRLEN];
        address_ = ::inet_ntop(AF_INET, &place.sin_addr, text, sizeof text);
    }
    ~SilentNameServer() { ::close(socket_); }
    SilentNameServer(const SilentNameServer&) = delete;
    SilentNameServer& operator=(const SilentNameServer&) = delete;

    const std::string& address() const { return address_; }

private:
    int socket_;
    std::string address_;
};

/// The system sorts 127.0.0.1 before other loopback addresses, and ::1 before it.
constexpr auto kTwoOfVersion4 = "127.0.0.1 localhost\n127.0.0.2 localhost\n";
constexpr auto kBothVersions = "::1 localhost\n127.0.0.2 localhost\n";

NginxProcess::Setup atSecondAddress()
{
    NginxProcess::Setup setup;
    setup.address = "127.0.0.2";
    return setup;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Name, NameRig)

BOOST_AUTO_TEST_CASE(nextAddressIsTakenWhereOneRefuses, *need::precondition(canMount))
{
    for (const std::string hosts : {kTwoOfVersion4, kBothVersions}) {
        const NameRig rig;
        NginxProcess server(atSecondAddress());
        rig.write("hosts", hosts);
        CHECK_EXIT(rig.sendInNamespace(server.url(), {"--workers=3"}), 0);
        BOOST_TEST(rig.allSucceededAtOnce(12), hosts);
        BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 12), hosts);
    }
}

BOOST_AUTO_TEST_CASE(nextAddressIsTakenWhereOneSwallows, *need::precondition(canMount))
{
    auto setup = atSecondAddress();
    setup.server = "keepalive_timeout 0;";
    NginxProcess server(setup);
    const FullListener swallows("127.0.0.1", server.port());
    write("hosts", kTwoOfVersion4);
    const Ended ended = sendInNamespace(server.url(), {"--workers=1", "--connect-timeout=4s"});
    CHECK_EXIT(ended, 0);
    BOOST_TEST(allSucceededAtOnce(12));
    // Half the time for the first address, once: from then on the good one is known.
    BOOST_TEST((ended.elapsed > 2s && ended.elapsed < 5s), ended.elapsed.count() << " ms");
}

BOOST_AUTO_TEST_CASE(nameThatComesBackEndsTheOutage, *need::precondition(canMount))
{
    NginxProcess server;
    const auto process = startInNamespace(server.url(), {});
    process->waitForOutput("does not answer as it should");
    write("hosts", "127.0.0.1 localhost\n");
    CHECK_EXIT(process->wait(), 0);
    BOOST_TEST(allSucceededAtOnce(12));
    BOOST_TEST(eachOnce(timesAsked(server.stopAndReadLog()), 12));
}

BOOST_AUTO_TEST_CASE(nameThatNeverResolvesStopsTheRunAndBlamesNoRow, *need::precondition(canMount))
{
    const Ended ended = sendInNamespace("https://api.example", {"--outage-timeout=1s"});
    CHECK_EXIT(ended, 75);
    CHECK_SAYS(ended.err, "cannot resolve api\\.example");
    checkAllRowsAre("pending", "stopped");
    CHECK_SAYS(read("summary.json"), "\"stop_reason\": \"outage\"");
}

BOOST_AUTO_TEST_CASE(nameThatDoesNotResolveIsADnsError, *need::precondition(canMount))
{
    write("in.csv", assignments(3));
    CHECK_EXIT(sendInNamespace("https://api.example", {"--max-attempts=1"}), 1);
    checkAllRowsAre("failed", "dns_error");
}

BOOST_AUTO_TEST_CASE(silentNameServerIsGivenUpAtTheConnectTimeout,
                     *need::precondition(canServeNames))
{
    const SilentNameServer names;
    write("nsswitch.conf", "hosts: dns\n");
    write("resolv.conf", "nameserver " + names.address() + "\n");
    write("in.csv", assignments(1));
    const Ended ended =
        sendInNamespace("https://api.example", {"--max-attempts=1", "--connect-timeout=3s"});
    CHECK_EXIT(ended, 1);
    checkAllRowsAre("failed", "dns_error");
    const int took = std::stoi(table("in.results.csv").at(0, "result_duration_ms"));
    BOOST_TEST((took >= 2700 && took <= 3300), took << " ms");
    // Nor does the end of the program wait for the name server.
    BOOST_TEST((ended.elapsed < 5s), ended.elapsed.count() << " ms");
}

BOOST_AUTO_TEST_CASE(addressThatSwallowsIsGivenUpAtTheConnectTimeout)
{
    const FullListener swallows("127.0.0.1");
    write("in.csv", assignments(1));
    const std::string port = std::to_string(swallows.port());
    CHECK_EXIT(send("https://127.0.0.1:" + port, {"--max-attempts=1", "--connect-timeout=3s"}), 1);
    checkAllRowsAre("failed", "connect_timeout");
    const int took = std::stoi(table("in.results.csv").at(0, "result_duration_ms"));
    BOOST_TEST((took >= 2700 && took <= 3300), took << " ms");
}

BOOST_AUTO_TEST_CASE(addressOfIpVersion6IsServed)
{
    SandboxProcess sandbox;
    CHECK_EXIT(send(sandbox.url("http", "[::1]")), 0);
    BOOST_TEST(allSucceededAtOnce(12));
    BOOST_TEST(sandbox.requests().size() == 12U);
}

BOOST_AUTO_TEST_SUITE_END()
