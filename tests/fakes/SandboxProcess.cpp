#include "SandboxProcess.h"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace oauth_batch::test {

namespace {

std::vector<std::string> splitTabs(const std::string& line)
{
    std::vector<std::string> fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, '\t');)
        fields.push_back(field);
    return fields;
}

SandboxProcess::Request parseLine(const std::string& line)
{
    const std::vector<std::string> fields = splitTabs(line);
    if (fields.size() != 11) throw std::runtime_error("the sandbox's log: " + line);
    SandboxProcess::Request request;
    request.arrival = std::chrono::nanoseconds{std::stoll(fields[0])};
    request.answered = std::chrono::nanoseconds{std::stoll(fields[1])};
    request.connection = std::stoull(fields[2]);
    request.method = fields[3];
    request.target = fields[4];
    request.status = fields[5] == "-" ? 0 : std::stoi(fields[5]);
    request.fault = fields[6];
    request.effect = fields[7];
    request.inFlight = fields[8] == "-" ? 0 : std::stoi(fields[8]);
    request.authorized = fields[9] == "yes";
    request.quota = fields[10];
    return request;
}

std::size_t countLines(const std::filesystem::path& file)
{
    const std::string content = readFile(file);
    return static_cast<std::size_t>(std::count(content.begin(), content.end(), '\n'));
}

} // namespace

SandboxProcess::SandboxProcess(const std::vector<std::string>& arguments)
{
    Command command;
    command.arguments = {OAUTH_BATCH_SANDBOX_PROGRAM, "--port=0",
                         "--port-file=" + (folder_ / "port").string(),
                         "--request-log=" + log().string()};
    const bool hasQuota =
        std::any_of(arguments.begin(), arguments.end(),
                    [](const std::string& argument) { return argument.rfind("--quota=", 0) == 0; });
    if (!hasQuota) command.arguments.emplace_back("--quota=off");
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.directory = folder_.path();
    process_ = std::make_unique<Process>(command);
    process_->waitForFile(folder_ / "port");
    port_ = static_cast<std::uint16_t>(std::stoi(readFile(folder_ / "port")));
}

std::vector<SandboxProcess::Request> SandboxProcess::requests() const
{
    std::vector<Request> requests;
    std::istringstream stream(readFile(log()));
    for (std::string line; std::getline(stream, line);) {
        if (stream.eof()) break; // A line that is being written.
        requests.push_back(parseLine(line));
    }
    std::stable_sort(requests.begin(), requests.end(),
                     [](const Request& a, const Request& b) { return a.arrival < b.arrival; });
    return requests;
}

void SandboxProcess::waitForRequests(std::size_t count)
{
    process_->waitUntil([this, count] { return countLines(log()) >= count; }, log().parent_path(),
                        "saw fewer than " + std::to_string(count) + " requests");
}

Ended SandboxProcess::stop()
{
    process_->signal(SIGTERM);
    return process_->wait();
}

} // namespace oauth_batch::test
