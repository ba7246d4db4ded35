#pragma once

#include "oauth_batch/api/Transport.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// Transports without a network: each request is answered by a function of the test, which may be
/// called by several threads at once. Remembers every target, in the order of their sending.
class ScriptedTransports final : public TransportFactory
{
public:
    using Script = std::function<AttemptResult(const std::string& target)>;

    explicit ScriptedTransports(Script script) : script_(std::move(script)) {}

    std::unique_ptr<Transport> create() override { return std::make_unique<One>(*this); }
    bool anyHandshakeSucceeded() const override { return true; }

    std::vector<std::string> sent() const
    {
        const std::scoped_lock lock(mutex_);
        return sent_;
    }

    static Answer answer(int status, std::string body)
    {
        Answer result;
        result.status = status;
        result.body = std::move(body);
        return result;
    }
    static Answer success() { return answer(200, R"({"result":{"success":true}})"); }

private:
    class One final : public Transport
    {
    public:
        explicit One(ScriptedTransports& owner) : owner_(owner) {}

        std::optional<TransportFailure> prepare(std::chrono::nanoseconds /*timeLeft*/) override
        {
            return std::nullopt;
        }
        AttemptResult exchange(const Request& request,
                               std::chrono::nanoseconds /*timeLeft*/) override
        {
            const std::string target(request.target);
            {
                const std::scoped_lock lock(owner_.mutex_);
                owner_.sent_.push_back(target);
            }
            return owner_.script_(target);
        }
        void close() override {}

    private:
        ScriptedTransports& owner_;
    };

    const Script script_;
    mutable std::mutex mutex_;
    std::vector<std::string> sent_; // protected by mutex_
};

} // namespace oauth_batch::test
