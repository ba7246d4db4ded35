#include "oauth_batch/app/CommandLine.h"

#include "oauth_batch/base/Text.h"
#include "oauth_batch/input/InputOptions.h"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Util/PropertyFileConfiguration.h>

#include <algorithm>

#include <sys/stat.h>

namespace oauth_batch {

namespace {

std::string suggestion(std::string_view word, std::span<const std::string_view> known,
                       std::string_view dashes)
{
    std::string_view match = nearest(word, known);
    if (match.empty()) {
        const auto longer = std::find_if(known.begin(), known.end(), [&](std::string_view name) {
            return name.starts_with(word);
        });
        if (word.empty() || longer == known.end()) return {};
        match = *longer;
    }
    return "; did you mean " + std::string(dashes) + std::string(match) + "?";
}

std::vector<std::string_view> optionNames(Command command)
{
    std::vector<std::string_view> names;
    for (const OptionSpec& spec : optionTable()) {
        if (command == Command::none || spec.belongsTo(command)) names.push_back(spec.name);
    }
    return names;
}

/// What is wrong with naming this option on this command; empty when nothing is.
std::string nameProblem(const std::string& name, Command command)
{
    const OptionSpec* const spec = findOption(name);
    if (spec == nullptr) {
        std::vector<std::string_view> names = optionNames(command);
        std::string hint = suggestion(name, names, "--");
        if (hint.empty()) {
            names = optionNames(Command::none);
            hint = suggestion(name, names, "--");
        }
        return "unknown option --" + name + hint;
    }
    if (command != Command::none && !spec->belongsTo(command))
        return "--" + name + " is no option of oauth-batch " + std::string(toString(command));
    return {};
}

bool isTrue(const std::string& text)
{
    const std::string word = lowerCase(text);
    return word == "true" || word == "yes" || word == "1";
}

bool isFalse(const std::string& text)
{
    const std::string word = lowerCase(text);
    return word == "false" || word == "no" || word == "0";
}

void addOption(CommandLine& line, const std::string& word)
{
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const OptionSpec* const spec = findOption(name);
    // An unknown name is reported when the command is known; its value may be a secret that was
    // given by mistake (`--token=…`), so it is never repeated.
    if (spec == nullptr || !spec->takesValue()) {
        if (spec != nullptr && equals != std::string::npos)
            line.problems.push_back("--" + name + " takes no value");
        line.values[name].emplace_back("true");
        return;
    }
    if (equals == std::string::npos || equals + 1 == word.size()) {
        line.problems.push_back("--" + name + " needs a value: --" + name + "=" +
                                std::string(spec->argument));
        return;
    }
    line.values[name].push_back(word.substr(equals + 1));
}

/// True for `--name` of an option that needs `=VALUE`, or of one that is not known.
bool lacksValue(const std::string& word)
{
    if (!word.starts_with("--") || word.size() == 2 || word.find('=') != std::string::npos)
        return false;
    const OptionSpec* const spec = findOption(word.substr(2));
    return spec == nullptr || spec->takesValue();
}

void checkRepeats(CommandLine& line)
{
    for (const auto& [name, given] : line.values) {
        const OptionSpec* const spec = findOption(name);
        if (spec != nullptr && spec->takesValue() && name != "column" && given.size() > 1)
            line.problems.push_back("--" + name + " is given " + std::to_string(given.size()) +
                                    " times");
    }
}

void takeCommand(CommandLine& line, const std::string& word)
{
    line.command = parseCommand(word);
    if (line.command == Command::none) {
        line.problems.push_back("unknown command " + quoted(word) +
                                suggestion(word, commandWords(), "") +
                                " (commands: run, retry, check, status, undo)");
    }
}

/// A properties file with every value of a key that stands in it more than once: Poco's own keeps
/// the last one, without a word.
class ConfigFile : public Poco::Util::PropertyFileConfiguration
{
public:
    const std::vector<std::string>& valuesOf(const std::string& key) const
    {
        return values_.at(key);
    }

protected:
    void setRaw(const std::string& key, const std::string& value) override
    {
        values_[key].push_back(value);
        Poco::Util::PropertyFileConfiguration::setRaw(key, value);
    }

private:
    std::map<std::string, std::vector<std::string>> values_;
};

/// The key as the file has it if it is no option's name. With `rate.x` alone Poco lists a key
/// `rate`, which has no value.
std::optional<std::string> unknownKey(const Poco::Util::AbstractConfiguration& file,
                                      const std::string& key)
{
    Poco::Util::AbstractConfiguration::Keys longer;
    file.keys(key, longer);
    if (!key.empty() && !longer.empty()) return key + '.' + longer.front();
    if (findOption(key) == nullptr || key == "config" || key == "help" || key == "version")
        return key;
    return std::nullopt;
}

/// True where the command line says it already: the same, or the other of --region and --base-url.
bool isReplaced(const CommandLine& given, std::string_view key)
{
    return (key != "column" && given.has(key)) || (key == "region" && given.has("base-url")) ||
           (key == "base-url" && given.has("region"));
}

/// True for what is meant for another command: the results of a run are no place for its reversal.
bool isForeign(Command command, std::string_view key)
{
    return !findOption(key)->belongsTo(command) ||
           (command == Command::undo && (key == "output" || key == "overwrite"));
}

std::optional<ColumnRole> mappedRole(std::string_view mapping)
{
    return parseColumnRole(mapping.substr(0, mapping.find(':')));
}

/// Adds the mappings of columns that the command line does not map.
void addMappings(CommandLine& line, const std::vector<std::string>& mappings)
{
    std::vector<std::string>& texts = line.values["column"];
    std::vector<std::optional<ColumnRole>> given(texts.size());
    std::transform(texts.begin(), texts.end(), given.begin(), mappedRole);
    for (const std::string& mapping : mappings) {
        const auto role = mappedRole(mapping);
        const bool isGiven = std::find(given.begin(), given.end(), role) != given.end();
        if (!role || !isGiven) texts.push_back(mapping);
    }
}

/// Adds a setting that the command line leaves open. REQUIRES: `key` is an option's name.
void addSetting(CommandLine& line, const std::string& path, const std::string& key,
                const std::vector<std::string>& texts)
{
    const bool takesValue = findOption(key)->takesValue();
    const auto isEmpty = [](const std::string& text) { return text.empty(); };
    const std::string& text = texts.back();
    const auto complain = [&](const std::string& what) {
        line.problems.push_back(path + ": " + key + what);
    };
    if (texts.size() > 1 && key != "column")
        complain(" is given " + std::to_string(texts.size()) + " times");
    else if (takesValue && std::any_of(texts.begin(), texts.end(), isEmpty))
        complain(" has no value");
    else if (key == "column")
        addMappings(line, texts);
    else if (takesValue)
        line.values[key].push_back(text);
    else if (isTrue(text))
        line.values[key].emplace_back("true");
    else if (!isFalse(text))
        complain("=" + quoted(text) + ": neither true nor false");
}

} // namespace

const std::string* CommandLine::value(std::string_view option) const
{
    const auto found = values.find(option);
    return found == values.end() ? nullptr : &found->second.back();
}

CommandLine CommandLine::parse(const std::vector<std::string>& words)
{
    CommandLine line;
    bool commandSeen = false;
    bool optionsEnded = false;
    const std::string* last = nullptr;
    for (const std::string& word : words) {
        const bool isOptionsValue = !optionsEnded && last != nullptr && lacksValue(*last);
        last = &word;
        if (!optionsEnded && word == "--") {
            optionsEnded = true;
        } else if (!optionsEnded && word.starts_with("--")) {
            addOption(line, word);
        } else if (!optionsEnded && word.size() > 1 && word.front() == '-') {
            line.problems.push_back("unknown option " + quoted(word.substr(0, 2)) +
                                    ": options are written --name=value");
        } else if (isOptionsValue && parseCommand(word) == Command::none) {
            // Perhaps a secret (`--token …`): it is never repeated in a message.
            if (line.files.empty()) line.files.push_back(word);
        } else if (!commandSeen) {
            commandSeen = true;
            takeCommand(line, word);
        } else {
            line.files.push_back(word);
        }
    }
    for (const auto& [name, given] : line.values) {
        if (const std::string problem = nameProblem(name, line.command); !problem.empty())
            line.problems.push_back(problem);
    }
    checkRepeats(line);
    return line;
}

void CommandLine::addConfigFile(const std::string& path)
{
    Poco::AutoPtr<ConfigFile> file(new ConfigFile);
    Poco::Util::AbstractConfiguration::Keys keys;
    struct stat info = {};
    if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
        problems.push_back("--config: " + quoted(path) + " is a directory");
        return;
    }
    try {
        file->load(path);
        file->keys(keys);
    } catch (const Poco::Exception& error) {
        problems.push_back("--config: cannot read " + quoted(path) + ": " + error.displayText());
        return;
    }
    const CommandLine given = *this;
    for (const std::string& key : keys) {
        if (const auto unknown = unknownKey(*file, key)) {
            const std::vector<std::string_view> names = optionNames(Command::none);
            problems.push_back(path + ": unknown setting " + quoted(*unknown) +
                               suggestion(*unknown, names, ""));
            continue;
        }
        if (!isReplaced(given, key) && !isForeign(command, key))
            addSetting(*this, path, key, file->valuesOf(key));
    }
}

} // namespace oauth_batch
