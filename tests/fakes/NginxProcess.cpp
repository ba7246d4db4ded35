#include "NginxProcess.h"

#include <cmath>
#include <csignal>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace oauth_batch::test {

namespace {

constexpr auto kProgram = "/usr/sbin/nginx";

std::string configuration(const std::filesystem::path& folder, std::uint16_t port,
                          const NginxProcess::Setup& setup)
{
    const std::string root = folder.string();
    std::ostringstream text;
    if (::geteuid() == 0) text << "user root;\n";
    text << "daemon off;\nworker_processes 1;\npid " << root << "/nginx.pid;\nerror_log " << root
         << "/error.log;\nevents { worker_connections 600; }\nhttp {\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
        text << kind << "_temp_path " << root << "/" << kind << ";\n";
    }
    text << "log_format requests '$request_method\\t$request_uri\\t$status\\t$http_authorization"
         << "\\t$http_proxy_authorization\\t$msec';\n"
         << "access_log " << root << "/requests.log requests;\n";
    if (!setup.limitRate.empty()) {
        text << "limit_req_zone $server_name zone=quota:1m rate=" << setup.limitRate
             << ";\nlimit_req_status 429;\n";
    }
    text << "server {\nlisten " << setup.address << ":" << port << " ssl;\nserver_name localhost;\n"
         << "ssl_certificate " << setup.identity.certificate.string() << ";\nssl_certificate_key "
         << setup.identity.key.string() << ";\nssl_protocols " << setup.protocols << ";\n"
         << setup.server << "\n"
         << setup.locations << "\nlocation / {\n";
    // limit_req comes too late for `return`, so that the answer stands behind a proxy.
    if (!setup.limitRate.empty()) {
        text << "limit_req zone=quota burst=" << setup.limitBurst << " nodelay;\n";
    }
    const std::string ours = "http://unix:" + root + "/answer.socket:";
    text << "proxy_pass " << (setup.upstream.empty() ? ours : setup.upstream) << ";\n}\n}\n"
         << "server {\nlisten unix:" << root << "/answer.socket;\naccess_log off;\n"
         << "default_type application/json;\nreturn 200 '{\"result\":{\"success\":true}}';\n}\n}\n";
    return text.str();
}

} // namespace

NginxProcess::NginxProcess(const Setup& setup)
{
    writeFile(folder_ / "nginx.conf", configuration(folder_.path(), port_.number(), setup));
    start();
}

bool NginxProcess::isInstalled()
{
    return ::access(kProgram, X_OK) == 0;
}

void NginxProcess::start()
{
    Command command;
    command.arguments = {kProgram, "-e", (folder_ / "error.log").string(), "-c",
                         (folder_ / "nginx.conf").string()};
    command.environment = {{"PATH", "/usr/sbin:/usr/bin:/bin"}};
    command.directory = folder_.path();
    process_ = std::make_unique<Process>(command);
    try {
        // It writes this file once it listens.
        process_->waitForFile(folder_ / "nginx.pid");
    } catch (const std::runtime_error&) {
        throw std::runtime_error("nginx does not start: " + readFile(folder_ / "error.log"));
    }
}

void NginxProcess::stop()
{
    process_->signal(SIGQUIT);
    process_->wait();
}

void NginxProcess::restart()
{
    stop();
    std::filesystem::remove(folder_ /
                            "answer.socket"); // It would not, and could not bind it again.
    start();
}

void NginxProcess::reload(const Setup& setup)
{
    writeFile(folder_ / "nginx.conf", configuration(folder_.path(), port_.number(), setup));
    process_->signal(SIGHUP);
}

void NginxProcess::waitForRequests(std::size_t count)
{
    process_->waitUntil([this, count] { return requests().size() >= count; }, folder_.path(),
                        "answered fewer than " + std::to_string(count) + " requests");
}

std::vector<NginxProcess::Request> NginxProcess::stopAndReadLog()
{
    stop();
    return requests();
}

std::vector<NginxProcess::Request> NginxProcess::requests() const
{
    std::vector<Request> requests;
    std::istringstream log(readFile(folder_ / "requests.log"));
    for (std::string line; std::getline(log, line) && !log.eof();) {
        std::istringstream fields(line);
        Request request;
        std::string status;
        std::getline(fields, request.method, '\t');
        std::getline(fields, request.target, '\t');
        std::getline(fields, status, '\t');
        std::getline(fields, request.authorization, '\t');
        std::getline(fields, request.proxyAuthorization, '\t');
        std::string seconds;
        std::getline(fields, seconds, '\t');
        request.status = std::stoi(status);
        request.time = std::chrono::milliseconds(std::llround(std::stod(seconds) * 1000));
        requests.push_back(request);
    }
    return requests;
}

} // namespace oauth_batch::test
