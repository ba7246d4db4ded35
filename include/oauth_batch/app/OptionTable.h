#pragma once

#include <span>
#include <string>
#include <string_view>

namespace oauth_batch {

/// The commands of oauth-batch, as bits, so that an option can name those that it belongs to.
enum class Command : unsigned
{
    none = 0,
    run = 1U << 0U,
    retry = 1U << 1U,
    check = 1U << 2U,
    status = 1U << 3U,
    undo = 1U << 4U,
};

std::string_view toString(Command command);

/// Command::none for a word that is no command.
Command parseCommand(std::string_view word);

/// The words of all commands, for suggestions and help.
std::span<const std::string_view> commandWords();

/// One option of the command line; also a key of the configuration file.
struct OptionSpec
{
    std::string_view name;     ///< without the dashes
    std::string_view argument; ///< what stands behind `=`; empty for a switch
    std::string_view help;     ///< one sentence or two for --help
    unsigned commands = 0;     ///< bits of Command

    bool takesValue() const { return !argument.empty(); }
    bool belongsTo(Command command) const
    {
        return (commands & static_cast<unsigned>(command)) != 0;
    }
};

/// Every option there is: the one list from which parsing, help and suggestions are made.
std::span<const OptionSpec> optionTable();

/// The option of exactly this name, or null.
const OptionSpec* findOption(std::string_view name);

/// The text of `--help`, for one command or, with Command::none, for the program.
std::string helpText(Command command);

} // namespace oauth_batch
