#include "OpensslServer.h"

#include <chrono>
#include <csignal>
#include <regex>
#include <stdexcept>

namespace oauth_batch::test {

namespace {

Command makeCommand(const OpensslServer::Setup& setup)
{
    Command command;
    // No level of security, or it would refuse the weak certificates that it is to present.
    command.arguments = {"/usr/bin/openssl",
                         "s_server",
                         "-accept",
                         "127.0.0.1:0",
                         "-cert",
                         setup.identity.certificate.string(),
                         "-key",
                         setup.identity.key.string(),
                         "-cipher",
                         "DEFAULT:@SECLEVEL=0"};
    if (!setup.chain.empty()) {
        command.arguments.emplace_back("-cert_chain");
        command.arguments.push_back(setup.chain.string());
    }
    command.arguments.insert(command.arguments.end(), setup.options.begin(), setup.options.end());
    command.environment = {{"PATH", "/usr/bin:/bin"}};
    command.standardInput = StandardInput::keepOpen;
    return command;
}

std::size_t countEnds(std::string_view text)
{
    std::size_t found = 0;
    for (auto at = text.find("\r\n\r\n"); at != std::string_view::npos;
         at = text.find("\r\n\r\n", at + 4))
        ++found;
    return found;
}

} // namespace

OpensslServer::OpensslServer(const Setup& setup) : process_(makeCommand(setup))
{
    const std::regex accept("ACCEPT \\S+:(\\d+)\n");
    process_.waitForOutput("ACCEPT");
    std::smatch match;
    while (!std::regex_search(process_.out(), match, accept)) {
        if (!process_.collect(kPatience))
            throw std::runtime_error("openssl s_server ended: " + process_.err());
    }
    port_ = static_cast<std::uint16_t>(std::stoi(match[1]));
}

void OpensslServer::answer(std::size_t requests, std::string_view reply)
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (std::size_t answered = 0; answered < requests;) {
        if (countEnds(process_.out()) > answered) {
            process_.send(reply);
            ++answered;
        } else if (!process_.collect(std::chrono::seconds(1)) ||
                   std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("openssl s_server got " + std::to_string(answered) +
                                     " requests: " + process_.out() + process_.err());
        }
    }
}

std::string OpensslServer::stopAndReadOutput()
{
    process_.signal(SIGTERM);
    return process_.wait().all();
}

} // namespace oauth_batch::test
