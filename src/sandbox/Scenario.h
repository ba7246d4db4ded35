#pragma once

#include "LatencyRange.h"

#include "oauth_batch/base/Clock.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oauth_batch::sandbox {

/// What goes wrong with an answer. "Cut" is a TCP close without a TLS close_notify, as of a process
/// that died; "reset" is a TCP RST; otherwise connections are closed in good order.
enum class Fault : std::uint8_t
{
    none,
    dropBefore,       ///< cut before the effect, no answer
    dropAfter,        ///< cut after the effect, no answer
    resetBefore,      ///< reset before the effect, no answer
    resetAfter,       ///< reset after the effect, no answer
    hang,             ///< no answer, until the client closes or the server stops
    trickle,          ///< the answer a byte at a time, `interval` apart
    truncate,         ///< half the body that Content-Length promises, then closed
    garbage,          ///< bytes that are no HTTP, then closed
    closeAfterAnswer, ///< the answer promises to keep the connection, which is closed all the same
};

/// As the scenario file and the request log name it: "drop-before"; "-" for none.
std::string_view toString(Fault fault);
std::optional<Fault> parseFault(std::string_view name);

/// What a rule does with a request.
struct Action
{
    int status = 0; ///< 0: as the state says
    std::optional<std::string> body;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<LatencyRange> latency; ///< instead of the server's
    Fault fault = Fault::none;
    std::chrono::milliseconds interval = std::chrono::seconds(1); ///< of trickle
    std::optional<bool> effect; ///< whether the operation changes the state; see hasEffect()

    /// As written, else: no effect with drop-before, reset-before, hang and any status but a 2xx.
    bool hasEffect() const;
    /// False where nothing of an answer is sent.
    bool hasAnswer() const;

    bool operator==(const Action&) const = default;
};

/// What `requests`, `every` and `times` count apart.
enum class CountBy : std::uint8_t
{
    all,
    customer,
    target ///< so the n-th request is the n-th attempt of a row
};

/// Which requests a rule is for: all that is given must hold.
struct Match
{
    std::string method;             ///< empty: any
    std::string target;             ///< glob on the raw request target
    std::string customer;           ///< glob on the decoded customer ID, `E` included
    std::string profile;            ///< the decoded profile ID
    std::uint64_t firstRequest = 1; ///< n-th request for which the fields above hold, from 1
    std::uint64_t lastRequest = UINT64_MAX;
    std::uint64_t every = 1;
    CountBy countBy = CountBy::all;
    std::optional<std::chrono::milliseconds> after; ///< since the first request of all
    std::optional<std::chrono::milliseconds> until;
    double probability = 1.0;

    bool operator==(const Match&) const = default;
};

struct Rule
{
    Match match;
    std::uint64_t times = UINT64_MAX; ///< how often it applies, counted like `requests`
    Action action;

    bool operator==(const Rule&) const = default;
};

/// A request as rules see it.
struct Subject
{
    std::string_view method;
    std::string_view target;
    std::string_view customerId; ///< empty for the listings
    std::string_view profileId;
};

/// The faults of a rehearsal. A file of JSON:
///
///     {
///       "about": "any text",
///       "options": {"quota": "30/min", "latency": "50ms..2s"},
///       "rules": [
///         {
///           "about": "any text",
///           "match": {"method": "POST", "target": "*%2F*", "customer": "E*",
///                     "profile": "322", "requests": "3-5", "every": 7, "count_by": "target",
///                     "after": "10s", "until": "70s", "probability": 0.1},
///           "times": 3,
///           "do": {"status": 503, "body": "...", "headers": {"Retry-After": "2"},
///                  "latency": "2s", "fault": "trickle", "interval": "100ms", "effect": true}
///         }
///       ]
///     }
///
/// Every key but "do" may be left out; an unknown key is an error. "options" holds options of the
/// command line, which wins over the file.
///
/// Rules see requests that were authorized, routed and accepted by the quota. The first rule that
/// matches applies, alone. Each rule counts the requests for which its method, target, customer and
/// profile hold ("requests": 3, "3-5" or "3-"; "every": 7 is each 7th of them), also those that an
/// earlier rule took; "count_by" counts per "customer" or "target" instead of over "all". "times"
/// bounds how often it applies, counted the same way. "after" (inclusive) and "until" (exclusive)
/// count from the first request that the rules saw. Globs know `*`, `?` and `\` before either.
///
/// Probability depends on the seed, the rule and the count only. Thread-safe, never blocks.
class Scenario
{
public:
    Scenario() = default;
    Scenario(std::vector<Rule> rules, std::uint64_t seed);

    /// The action for a request that arrives now, or null for none. Valid as long as the scenario.
    const Action* match(const Subject& subject, Instant now);

    bool empty() const { return rules_.empty(); }
    std::size_t size() const { return rules_.size(); }

private:
    struct Counts
    {
        std::uint64_t seen = 0;
        std::uint64_t applied = 0;
    };

    bool applies(std::size_t index, const Subject& subject, Instant now, Counts& counts) const;
    Counts& countsOf(std::size_t index, const Subject& subject);

    std::vector<Rule> rules_;
    std::uint64_t seed_ = 0;
    std::mutex mutex_;
    std::optional<Instant> begin_; ///< protected by mutex_, like the counts
    std::vector<Counts> counts_;
    std::unordered_map<std::string, Counts> countsBy_; ///< by rule and customer or target
};

/// True if `text` matches `pattern` as a whole: `*` any bytes, `?` one byte, `\` takes the next one
/// literally.
bool matchesGlob(std::string_view pattern, std::string_view text);

} // namespace oauth_batch::sandbox
