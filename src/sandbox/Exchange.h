#pragma once

#include "Backend.h"
#include "InFlight.h"
#include "RequestLog.h"
#include "StopSignal.h"

#include "oauth_batch/base/Clock.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace Poco::Net {
class HTTPServerRequestImpl;
class HTTPServerResponse;
} // namespace Poco::Net

namespace oauth_batch::sandbox {

/// What all exchanges share. The references outlive the server.
struct Service
{
    Backend& backend;
    RequestLog* log; ///< null: no log
    Clock& clock;
    std::function<void(const std::string& problem)> onFailure; ///< called from any thread
    StopSignal stop{clock};
    InFlight inFlight{};
    std::atomic<std::uint64_t> connections = 0;
};

/// One request and its answer on a kept-alive connection: reads, asks the backend, waits out the
/// latency, logs, then sends the answer, or does to it what the scenario wants. Bytes are written
/// to the socket directly, not through Poco's response stream: an answer is one send, and the
/// faults need bytes that the stream would not write. Runs in the connection's thread, blocks
/// there.
class Exchange
{
public:
    Exchange(Service& service, Poco::Net::HTTPServerRequestImpl& request,
             Poco::Net::HTTPServerResponse& response);

    /// No exception leaves it. A failure of the log is reported to `onFailure`.
    void run();

private:
    void serve();
    void enter(const Plan& plan);
    void log(const Plan& plan, Effect effect, int status);
    void deliver(const Plan& plan, const Answer& answer);
    void deliverFaulty(const Action& action, const Answer& answer);
    void truncate(const Answer& answer);
    void trickle(const std::string& bytes, std::chrono::milliseconds interval);
    void endConnection();
    std::string bytesOf(const Answer& answer, std::size_t overstated = 0) const;

    Service& service_;
    Poco::Net::HTTPServerRequestImpl& request_;
    Poco::Net::HTTPServerResponse& response_;
    LogEntry entry_;
    std::optional<InFlight::Entry> inFlight_; ///< nothing where no customer is named
};

} // namespace oauth_batch::sandbox
