#pragma once

#include "Scenario.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth_batch::sandbox {

/// What a scenario file says; its format is described at Scenario.
struct ScenarioFile
{
    std::vector<std::pair<std::string, std::string>> options; ///< of the command line, unchecked
    std::vector<Rule> rules;
};

/// Throws DataError (65) that names the place (`flaky.json: rules[2].match.metod: unknown key`).
/// `name` is the file's name for messages. Pure.
ScenarioFile parseScenario(std::string_view json, const std::string& name);

/// Reads a file of at most 16 MiB. Blocks. Throws IoError (66) where it cannot be opened.
ScenarioFile readScenario(const std::string& path);

} // namespace oauth_batch::sandbox
