#pragma once

#include "Answer.h"
#include "Options.h"
#include "QuotaWindow.h"
#include "RequestLog.h"
#include "Route.h"
#include "Scenario.h"
#include "World.h"

#include "oauth_batch/base/Clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oauth_batch::sandbox {

/// A request as it came.
struct Call
{
    std::string_view method;
    std::string_view target;
    std::string_view authorization; ///< the header's value, empty without one
};

/// What shall become of a request, decided when it arrives.
struct Plan
{
    Route route;
    bool authorized = false;
    QuotaUse quota = QuotaUse::free;
    std::optional<Answer> refusal;  ///< 401, 404, 400 or 429: the state is not asked
    const Action* action = nullptr; ///< of the rule that applies; owned by the scenario
    std::chrono::nanoseconds latency{};

    Fault fault() const { return action != nullptr ? action->fault : Fault::none; }
    /// False where the fault lets no answer out.
    bool hasAnswer() const { return action == nullptr || action->hasAnswer(); }
};

struct Executed
{
    Answer answer;
    Effect effect = Effect::none;
};

/// The API without the network: who may (401), what there is (404, 400), how often (429), what goes
/// wrong (the scenario), what happens (the world). In this order; only requests that pass the quota
/// are seen by the scenario. Refusals are immediate, they know no latency. Thread-safe.
class Backend
{
public:
    /// The references must outlive this.
    Backend(const Options& options, World& world, Scenario& scenario, const Clock& clock);

    /// Authorizes, counts and matches. Once per request.
    Plan plan(const Call& call, Instant arrival);

    /// Changes the state and makes the answer, when the latency is over.
    Executed execute(const Plan& plan);

private:
    bool isAuthorized(std::string_view authorization) const;
    std::optional<Answer> refuse(const Route& route) const;
    Answer tooManyRequests(const QuotaWindow::Verdict& verdict) const;
    Executed ask(const Route& route, bool withEffect);
    Answer ruledAnswer(const Action& action, const Answer& regular);

    const Options& options_;
    World& world_;
    Scenario& scenario_;
    const Clock& clock_;
    std::optional<QuotaWindow> quota_;
    std::atomic<std::uint64_t> latencies_ = 0; ///< drawn so far
    std::atomic<std::uint64_t> errors_ = 0;    ///< error IDs given out
};

} // namespace oauth_batch::sandbox
