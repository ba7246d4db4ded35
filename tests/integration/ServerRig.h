#pragma once

#include "Rig.h"
#include "TestCa.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oauth_batch::test {

/// A Rig for servers and middleboxes that this project did not write: `in.csv` is run over TLS,
/// and may be left running while the test goes on.
struct ServerRig : Rig
{
    std::string trust() const { return "--ca-file=" + TestCa::instance().authority().string(); }

    Arguments arguments(const std::string& url, Arguments more) const
    {
        more.insert(more.begin(), {"run", "in.csv", trust(), "--summary=summary.json"});
        return against(url, std::move(more));
    }

    Ended send(const std::string& url, const Arguments& more = {}) const
    {
        return run(arguments(url, more));
    }

    std::unique_ptr<Process> start(const std::string& url, const Arguments& more = {}) const
    {
        return std::make_unique<Process>(command(arguments(url, more)));
    }

    /// A number of the summary; -1 where it has none of this name.
    long fact(const std::string& name) const
    {
        const std::string summary = read("summary.json");
        const std::string key = '"' + name + "\": ";
        const auto at = summary.find(key);
        return at == std::string::npos ? -1 : std::stol(summary.substr(at + key.size()));
    }

    /// That all rows have succeeded, each by its first request.
    bool allSucceededAtOnce(std::size_t rows) const
    {
        const CsvTable results = table("in.results.csv");
        const auto all = [&results](const std::string& column, const std::string& value) {
            const auto cells = results.column(column);
            return std::all_of(cells.begin(), cells.end(),
                               [&value](const std::string& cell) { return cell == value; });
        };
        return results.size() == rows && all("result_status", "succeeded") &&
               all("result_attempts", "1");
    }
};

/// How often each target was asked for. Requests have a `target` and a `status`; a status of 0
/// stands for any.
template <class Requests>
std::map<std::string, int> timesAsked(const Requests& requests, int status = 0)
{
    std::map<std::string, int> times;
    for (const auto& request : requests) {
        if (status == 0 || request.status == status) ++times[request.target];
    }
    return times;
}

/// That each of the customers 1 to `rows` was asked for exactly once.
inline bool eachOnce(const std::map<std::string, int>& times, std::size_t rows)
{
    return times.size() == rows && std::all_of(times.begin(), times.end(),
                                               [](const auto& entry) { return entry.second == 1; });
}

} // namespace oauth_batch::test
