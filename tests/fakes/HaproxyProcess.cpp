#include "HaproxyProcess.h"

#include <array>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

constexpr auto kProgram = "/usr/sbin/haproxy";

/// The reinterpretation that the sockets interface asks for.
template <class Address>
sockaddr* generic(Address& address)
{
    return reinterpret_cast<sockaddr*>(&address); // NOLINT
}

} // namespace

HaproxyProcess::HaproxyProcess(const Setup& setup)
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (listener_ < 0 || ::bind(listener_, generic(address), size) != 0 ||
        ::listen(listener_, 512) != 0 || ::getsockname(listener_, generic(address), &size) != 0) {
        throw std::runtime_error("cannot listen for haproxy");
    }
    port_ = ntohs(address.sin_port);
    const auto& identity = setup.identity;
    writeFile(folder_ / "identity.pem", readFile(identity.certificate) + readFile(identity.key));
    writeFile(folder_ / "haproxy.cfg", configuration(setup));
    Command command;
    command.arguments = {kProgram, "-db", "-f", (folder_ / "haproxy.cfg").string()};
    command.environment = {{"PATH", "/usr/sbin:/usr/bin:/bin"}};
    command.directory = folder_.path();
    command.inherited = {listener_};
    process_ = std::make_unique<Process>(command);
}

HaproxyProcess::~HaproxyProcess()
{
    ::close(listener_);
}

bool HaproxyProcess::isInstalled()
{
    return ::access(kProgram, X_OK) == 0;
}

std::string HaproxyProcess::configuration(const Setup& setup) const
{
    const std::string root = folder_.path().string();
    std::ostringstream text;
    text << "global\nmaxconn 200\nstats socket " << root << "/admin.socket mode 600 level admin\n"
         << "defaults\nmode http\ntimeout connect 5s\ntimeout client 60s\ntimeout server 60s\n"
         << setup.defaults << "\nfrontend api\nbind fd@" << listener_ << " ssl crt " << root
         << "/identity.pem\n"
         << setup.frontend << "\ndefault_backend servers\nbackend servers\n"
         << setup.backend << "\nserver one 127.0.0.1:" << setup.server << "\n";
    return text.str();
}

void HaproxyProcess::moveServerTo(std::uint16_t port)
{
    const std::string answer =
        command("set server servers/one addr 127.0.0.1 port " + std::to_string(port));
    if (answer.find("port changed") == std::string::npos) {
        throw std::runtime_error("haproxy answers: " + answer);
    }
}

std::string HaproxyProcess::command(const std::string& text)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (folder_ / "admin.socket").string();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const std::string line = text + "\n";
    std::string answer;
    if (::connect(socket, generic(address), sizeof address) == 0 &&
        ::send(socket, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
        std::array<char, 4096> chunk; // NOLINT: filled by recv
        for (ssize_t count = 0; (count = ::recv(socket, chunk.data(), chunk.size(), 0)) > 0;) {
            answer.append(chunk.data(), static_cast<std::size_t>(count));
        }
    }
    ::close(socket);
    return answer;
}

} // namespace oauth_batch::test
