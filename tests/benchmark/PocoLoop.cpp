// bench-poco-loop URL THREADS REQUESTS [CA.pem]
//
// What Poco alone can do: threads that each send requests over one kept-alive session in a loop,
// and look at nothing but the status. No CSV, no order of rows, no journal, no results, no
// deadlines. It is the measure of what oauth-batch adds to its transport.
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/RejectCertificateHandler.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/NullStream.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace Poco::Net;

class Loop
{
public:
    Loop(const Poco::URI& url, Context::Ptr tls, long requests)
        : url_(url), tls_(std::move(tls)), left_(requests)
    {}

    /// Sends until nothing is left. Thread-safe.
    void run()
    {
        const std::unique_ptr<HTTPClientSession> session = connect();
        for (long number = left_--; number > 0; number = left_--)
            send(*session, number);
    }

    long failures() const { return failures_; }

private:
    std::unique_ptr<HTTPClientSession> connect() const
    {
        std::unique_ptr<HTTPClientSession> session;
        if (url_.getScheme() == "https") {
            session = std::make_unique<HTTPSClientSession>(url_.getHost(), url_.getPort(), tls_);
        } else {
            session = std::make_unique<HTTPClientSession>(url_.getHost(), url_.getPort());
        }
        session->setKeepAlive(true);
        session->setKeepAliveTimeout(Poco::Timespan(3600, 0));
        return session;
    }

    void send(HTTPClientSession& session, long number)
    {
        HTTPRequest request(HTTPRequest::HTTP_POST,
                            "/api/managed_users/EA" + std::to_string(number) +
                                "/custom_oauth_profiles/322/assign",
                            HTTPMessage::HTTP_1_1);
        request.set("Authorization", "Bearer benchmark");
        request.setContentType("application/json");
        request.setContentLength(0);
        session.sendRequest(request);
        HTTPResponse response;
        std::istream& body = session.receiveResponse(response);
        Poco::NullOutputStream nowhere;
        Poco::StreamCopier::copyStream(body, nowhere);
        if (response.getStatus() != HTTPResponse::HTTP_OK) ++failures_;
    }

    const Poco::URI url_;
    const Context::Ptr tls_;
    std::atomic<long> left_;
    std::atomic<long> failures_ = 0;
};

Context::Ptr makeContext(const std::string& authorities)
{
    initializeSSL();
    Context::Ptr context = new Context(Context::CLIENT_USE, authorities, Context::VERIFY_RELAXED);
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    SSLManager::instance().initializeClient(nullptr, new RejectCertificateHandler(false), context);
    return context;
}

int runAll(char** argv, int argc)
{
    Loop loop(Poco::URI(argv[1]), argc > 4 ? makeContext(argv[4]) : Context::Ptr(),
              std::atol(argv[3]));
    std::vector<std::jthread> threads;
    for (int count = std::atoi(argv[2]); count > 0; --count) {
        threads.emplace_back([&loop] { loop.run(); });
    }
    threads.clear();
    return loop.failures() == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) {
        std::cerr << "usage: bench-poco-loop URL THREADS REQUESTS [CA.pem]\n";
        return 64;
    }
    try {
        return runAll(argv, argc);
    } catch (const Poco::Exception& error) {
        std::cerr << "bench-poco-loop: " << error.displayText() << '\n';
    } catch (const std::exception& error) {
        std::cerr << "bench-poco-loop: " << error.what() << '\n';
    }
    return 70;
}
