#pragma once

#include "oauth_batch/app/OptionTable.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace oauth_batch {

/// What the words after the program's name say, taken apart but not yet understood. Whole option
/// names only: `--token=x` never becomes `--token-file=x`.
struct CommandLine
{
    Command command = Command::none;
    std::vector<std::string> files;
    /// By option name, in the order given; a switch has the value "true".
    std::map<std::string, std::vector<std::string>, std::less<>> values;
    /// What is wrong with it; every problem, not only the first.
    std::vector<std::string> problems;

    bool has(std::string_view option) const { return values.find(option) != values.end(); }
    /// The last value given, or null.
    const std::string* value(std::string_view option) const;

    static CommandLine parse(const std::vector<std::string>& words);

    /// Adds what a properties file says (`rate=60/min`, keys are option names) below what the
    /// command line says. Problems name the file. Reads the file; never throws for its content.
    void addConfigFile(const std::string& path);
};

} // namespace oauth_batch
