#pragma once

#include "SandboxServer.h"
#include "TempDir.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace oauth_batch::sandbox {

namespace net = Poco::Net;

inline const std::string kAssign = "/api/managed_users/EA%2F1/custom_oauth_profiles/322/assign";
inline const std::string kSuccess = R"({"result":{"success":true}})";

inline Rule ruleWith(Fault fault)
{
    Rule rule;
    rule.action.fault = fault;
    return rule;
}

inline Options withoutQuota()
{
    Options options;
    options.token = "secret";
    options.quota.reset();
    return options;
}

/// A server with all that belongs to it, not started.
class Prepared
{
public:
    explicit Prepared(Options chosen = withoutQuota(), std::vector<Rule> rules = {})
        : options_(std::move(chosen)),
          world_({}, options_.policies),
          scenario_(std::move(rules), options_.seed),
          backend_(options_, world_, scenario_, clock_),
          log_((folder_ / "log").string()),
          service_{backend_, &log_, clock_, [this](const std::string& text) { failure_ = text; }}
    {
        std::signal(SIGPIPE, SIG_IGN);
    }

    void start() { server_ = std::make_unique<SandboxServer>(options_, service_); }

    SandboxServer& server() { return *server_; }
    std::uint16_t port() const { return server_->port(); }
    const std::string& failure() const { return failure_; }

    /// The columns of each line.
    std::vector<std::vector<std::string>> log() const
    {
        std::vector<std::vector<std::string>> lines;
        std::istringstream text(test::readFile(folder_ / "log"));
        for (std::string line; std::getline(text, line);) {
            std::istringstream columns(line);
            lines.emplace_back();
            for (std::string column; std::getline(columns, column, '\t');)
                lines.back().push_back(column);
        }
        return lines;
    }

    /// Columns 6 to 8 of the only line: status, fault, effect.
    std::string verdict() const
    {
        const auto lines = log();
        BOOST_TEST_REQUIRE(lines.size() == 1U);
        return lines[0].at(5) + ' ' + lines[0].at(6) + ' ' + lines[0].at(7);
    }

private:
    test::TempDir folder_;
    Options options_;
    SystemClock clock_;
    World world_;
    Scenario scenario_;
    Backend backend_;
    RequestLog log_;
    std::string failure_;
    Service service_;
    std::unique_ptr<SandboxServer> server_;
};

class Running : public Prepared
{
public:
    explicit Running(Options options = withoutQuota(), std::vector<Rule> rules = {})
        : Prepared(std::move(options), std::move(rules))
    {
        start();
    }
};

struct Reply
{
    int status = 0;
    std::string body;
    net::HTTPResponse head;
};

inline Reply call(net::HTTPClientSession& session, const std::string& method,
                  const std::string& target, const std::string& authorization = "Bearer secret")
{
    net::HTTPRequest request(method, target, net::HTTPMessage::HTTP_1_1);
    request.set("Authorization", authorization);
    request.setContentType("application/json");
    request.setContentLength(0);
    session.sendRequest(request);
    Reply reply;
    std::istream& body = session.receiveResponse(reply.head);
    reply.status = reply.head.getStatus();
    Poco::StreamCopier::copyToString(body, reply.body);
    return reply;
}

inline std::string rawRequest(const std::string& extra = "Content-Length: 0\r\n")
{
    return "POST " + kAssign + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n" + extra +
           "\r\n";
}

inline net::StreamSocket connectTo(std::uint16_t port, const std::string& bytes)
{
    net::StreamSocket socket(net::SocketAddress("127.0.0.1", port));
    socket.setReceiveTimeout(Poco::Timespan(20, 0));
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    return socket;
}

/// Everything until the server closes.
inline std::string readAll(net::StreamSocket& socket)
{
    std::string all;
    std::array<char, 4096> buffer{};
    for (int n = 1; n > 0;) {
        n = socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        all.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return all;
}

inline std::string bodyOf(const std::string& answer)
{
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

} // namespace oauth_batch::sandbox
