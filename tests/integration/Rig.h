#pragma once

#include "CsvTable.h"
#include "Process.h"
#include "StubApi.h"
#include "TempDir.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch::test {

/// Stands for the token, and is searched for wherever it must not be.
inline constexpr std::string_view kToken = "canary-7c1e5b90d2a84f63";

using Arguments = std::vector<std::string>;

/// A folder of its own, in which oauth-batch runs with a clean environment: the base of the
/// integration tests' cases.
class Rig
{
public:
    Rig();

    std::filesystem::path path(const std::filesystem::path& name) const { return folder_ / name; }
    void write(const std::filesystem::path& name, std::string_view content) const;
    std::string read(const std::filesystem::path& name) const;
    bool exists(const std::filesystem::path& name) const;
    CsvTable table(const std::filesystem::path& name, char delimiter = ',') const;

    /// oauth-batch with these arguments, the folder as its working directory.
    Command command(const Arguments& arguments) const;
    Ended run(const Arguments& arguments, std::string_view input = {}) const;

    /// `run` or `retry` (the first of the arguments) against a server, at full speed. A rate or a
    /// base URL among the arguments replaces the usual ones.
    Arguments against(const std::string& url, Arguments arguments) const;
    Ended runAgainst(const std::string& url, const Arguments& arguments) const;

    /// Of the program, for tests to change.
    std::map<std::string, std::string> environment;

private:
    TempDir folder_;
};

/// A header and one `assign` of profile 322 to each of the customers 1 to `rows`.
std::string assignments(std::size_t rows);

/// The target of `assign` of profile 322 to a customer.
std::string assignTarget(const std::string& customer);

bool contains(std::string_view text, std::string_view part);

/// Without regard to case, as an ECMAScript regular expression.
bool matches(const std::string& text, const std::string& pattern);

std::size_t count(std::string_view text, std::string_view part);

std::vector<std::string> lines(std::string_view text);

/// "POST /api/…" of each request, in order of arrival.
std::vector<std::string> requestLines(const std::vector<StubRequest>& requests);

/// The permission bits.
unsigned modeOf(const std::filesystem::path& file);

/// Output for a failed assertion.
std::string describe(const Ended& ended);

} // namespace oauth_batch::test

/// The exit code, and all the output where it is another.
#define CHECK_EXIT(ended, code)                                                                    \
    do {                                                                                           \
        const oauth_batch::test::Ended& checked = (ended);                                         \
        BOOST_TEST(checked.exitCode == (code), "exit code " << checked.exitCode << ", expected "   \
                                                            << (code) << describe(checked));       \
    } while (false)

/// That a pattern is in a text, and the text where it is not.
#define CHECK_SAYS(text, pattern)                                                                  \
    do {                                                                                           \
        const std::string searched = (text);                                                       \
        BOOST_TEST(matches(searched, pattern), "nothing matches \"" << (pattern) << "\" in:\n"     \
                                                                    << searched);                  \
    } while (false)

#define CHECK_SILENT(text, pattern)                                                                \
    do {                                                                                           \
        const std::string searched = (text);                                                       \
        BOOST_TEST(!matches(searched, pattern), "\"" << (pattern) << "\" matches in:\n"            \
                                                     << searched);                                 \
    } while (false)
