#include "Rig.h"

#include <algorithm>
#include <regex>
#include <sstream>

#include <sys/stat.h>

namespace oauth_batch::test {

Rig::Rig()
{
    ::umask(022);
    std::filesystem::create_directory(path("home"));
    std::filesystem::create_directory(path("state"));
    environment = {{"PATH", "/usr/bin:/bin"},
                   {"HOME", path("home").string()},
                   {"XDG_STATE_HOME", path("state").string()},
                   {"WORKATO_API_TOKEN", std::string(kToken)},
                   {"ASAN_OPTIONS", "detect_leaks=0"}};
}

void Rig::write(const std::filesystem::path& name, std::string_view content) const
{
    writeFile(path(name), content);
}

std::string Rig::read(const std::filesystem::path& name) const
{
    return readFile(path(name));
}

bool Rig::exists(const std::filesystem::path& name) const
{
    return std::filesystem::exists(std::filesystem::symlink_status(path(name)));
}

CsvTable Rig::table(const std::filesystem::path& name, char delimiter) const
{
    return CsvTable(read(name), delimiter);
}

Command Rig::command(const Arguments& arguments) const
{
    Command command;
    command.arguments = {OAUTH_BATCH_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = environment;
    command.directory = folder_.path();
    return command;
}

Ended Rig::run(const Arguments& arguments, std::string_view input) const
{
    Command command = this->command(arguments);
    command.input = input;
    return Process::run(command);
}

Arguments Rig::against(const std::string& url, Arguments arguments) const
{
    const auto lacks = [&arguments](std::string_view option) {
        return std::none_of(arguments.begin(), arguments.end(), [option](const std::string& given) {
            return given.rfind(option, 0) == 0;
        });
    };
    if (lacks("--base-url=")) arguments.push_back("--base-url=" + url);
    if (lacks("--rate=")) arguments.emplace_back("--rate=off");
    return arguments;
}

Ended Rig::runAgainst(const std::string& url, const Arguments& arguments) const
{
    return run(against(url, arguments));
}

std::string assignments(std::size_t rows)
{
    std::string text = "operation,managed_user_id,profile_id\n";
    for (std::size_t row = 1; row <= rows; ++row) {
        text += "assign," + std::to_string(row) + ",322\n";
    }
    return text;
}

std::string assignTarget(const std::string& customer)
{
    return "/api/managed_users/" + customer + "/custom_oauth_profiles/322/assign";
}

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool matches(const std::string& text, const std::string& pattern)
{
    return std::regex_search(text, std::regex(pattern, std::regex::icase));
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

std::vector<std::string> lines(std::string_view text)
{
    std::vector<std::string> result;
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);)
        result.push_back(line);
    return result;
}

std::vector<std::string> requestLines(const std::vector<StubRequest>& requests)
{
    std::vector<std::string> result;
    result.reserve(requests.size());
    for (const StubRequest& request : requests) {
        result.push_back(request.method + ' ' + request.target);
    }
    return result;
}

unsigned modeOf(const std::filesystem::path& file)
{
    struct stat info
    {};
    return ::lstat(file.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

std::string describe(const Ended& ended)
{
    return "\n--- signal " + std::to_string(ended.signal) + ", standard output:\n" + ended.out +
           "--- standard error:\n" + ended.err;
}

} // namespace oauth_batch::test
