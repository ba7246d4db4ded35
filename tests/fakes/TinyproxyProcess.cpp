#include "TinyproxyProcess.h"

#include <csignal>

#include <unistd.h>

namespace oauth_batch::test {

namespace {

constexpr auto kProgram = "/usr/bin/tinyproxy";

} // namespace

TinyproxyProcess::TinyproxyProcess(const std::string& basicAuth)
{
    std::string text = "Port " + std::to_string(port_.number()) +
                       "\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Info\n";
    if (!basicAuth.empty()) text += "BasicAuth " + basicAuth + "\n";
    writeFile(folder_ / "tinyproxy.conf", text);
    Command command;
    command.arguments = {kProgram, "-d", "-c", (folder_ / "tinyproxy.conf").string()};
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.directory = folder_.path();
    process_ = std::make_unique<Process>(command);
    process_->waitForOutput("Accepting connections");
}

bool TinyproxyProcess::isInstalled()
{
    return ::access(kProgram, X_OK) == 0;
}

std::string TinyproxyProcess::stopAndReadLog()
{
    process_->signal(SIGTERM);
    return process_->wait().all();
}

} // namespace oauth_batch::test
