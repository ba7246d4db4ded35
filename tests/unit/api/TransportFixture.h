#pragma once

#include "RawServer.h"

#include "oauth_batch/api/HttpTransportFactory.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace oauth_batch::test {

inline constexpr std::string_view kToken = "wrkaus-test-token";
inline const Request kAssign{"POST", "/api/managed_users/1/custom_oauth_profiles/2/assign"};

inline TransportSettings settingsFor(const std::string& url, const std::string& caFile = {})
{
    TransportSettings settings{std::get<Endpoint>(Endpoint::parse(url)), {}, caFile};
    settings.userAgent = "oauth-batch/test";
    return settings;
}

/// A factory and one transport of it.
class Client
{
public:
    explicit Client(TransportSettings settings)
        : factory(std::move(settings), Token::parse(std::string(kToken), "test"), clock),
          transport(factory.create())
    {}
    explicit Client(const std::string& url) : Client(settingsFor(url)) {}

    /// The failure of prepare(), which must be one.
    TransportFailure prepareFailure(std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        const auto problem = transport->prepare(limit);
        BOOST_REQUIRE_MESSAGE(problem.has_value(), "a connection was opened");
        return *problem;
    }

    AttemptResult attempt(const Request& request = kAssign,
                          std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        if (auto problem = transport->prepare(limit)) return *problem;
        return transport->exchange(request, limit);
    }
    Answer answer(const Request& request = kAssign,
                  std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        const auto result = attempt(request, limit);
        const auto* failure = std::get_if<TransportFailure>(&result);
        if (failure != nullptr) BOOST_FAIL("no answer: " << failure->detail);
        return std::get<Answer>(result);
    }
    TransportFailure failure(std::chrono::milliseconds limit = std::chrono::seconds(10))
    {
        const auto result = attempt(kAssign, limit);
        BOOST_REQUIRE_MESSAGE(std::holds_alternative<TransportFailure>(result), "an answer came");
        return std::get<TransportFailure>(result);
    }

    SystemClock clock;
    HttpTransportFactory factory;
    std::unique_ptr<Transport> transport;
};

} // namespace oauth_batch::test
