#include "TestCa.h"

#include "Process.h"

#include <array>
#include <ctime>
#include <stdexcept>
#include <vector>

namespace oauth_batch::test {

namespace {

constexpr auto kLocalNames = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1";

/// For `openssl ca`, the only one of its commands that takes dates.
constexpr auto kSettings = "[ca]\ndefault_ca = test\n"
                           "[test]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\n"
                           "unique_subject = no\ndefault_md = sha256\npolicy = any\n"
                           "[any]\ncommonName = supplied\n";

std::string dateIn(int days)
{
    const std::time_t time = std::time(nullptr) + std::time_t{86400} * days;
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y%m%d%H%M%SZ", &utc);
    return text.data();
}

void openssl(const std::filesystem::path& folder, const std::vector<std::string>& arguments)
{
    Command command;
    command.arguments = {"/usr/bin/openssl"};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder.string()}};
    command.directory = folder;
    const Ended ended = Process::run(command);
    if (ended.exitCode != 0) throw std::runtime_error("openssl failed: " + ended.err);
}

std::vector<std::string> selfSignedRequest(const std::string& name)
{
    return {"req",    "-x509",   "-newkey",     "ec",   "-pkeyopt",    "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", name + ".key", "-out", name + ".pem", "-days",
            "2",      "-subj",   "/CN=" + name};
}

} // namespace

const TestCa& TestCa::instance()
{
    static const TestCa ca;
    return ca;
}

TestCa::TestCa()
{
    authority_ = makeAuthority("test-authority");
    const Identity stranger = makeAuthority("another-authority");
    writeFile(folder_ / "ca.cnf", kSettings);
    writeFile(folder_ / "index.txt", "");
    good_ = issue({});
    Wish wish;
    wish.names = "DNS:other.example";
    wrongHost_ = issue(wish);
    wish = {};
    wish.startDays = -3;
    wish.endDays = -1;
    expired_ = issue(wish);
    unknownCa_ = issue({}, stranger);
    auto arguments = selfSignedRequest("self-signed");
    arguments.insert(arguments.end(), {"-addext", kLocalNames});
    openssl(folder_.path(), arguments);
    selfSigned_ = {folder_ / "self-signed.pem", folder_ / "self-signed.key"};
}

TestCa::Identity TestCa::makeAuthority(const std::string& name) const
{
    openssl(folder_.path(), selfSignedRequest(name));
    return {folder_ / (name + ".pem"), folder_ / (name + ".key")};
}

TestCa::Identity TestCa::issue(const Wish& wish, const Identity& issuer) const
{
    const std::string name = "server-" + std::to_string(++count_);
    std::vector<std::string> request = {
        "req",    "-nodes",      "-keyout", name + ".key",
        "-out",   name + ".csr", "-subj",   "/CN=" + wish.commonName,
        "-newkey"};
    request.insert(request.end(), wish.key.begin(), wish.key.end());
    openssl(folder_.path(), request);
    std::string extensions = "[x]\nsubjectKeyIdentifier = hash\n";
    if (!wish.names.empty()) extensions += "subjectAltName = " + wish.names + '\n';
    for (const std::string& extension : wish.extensions)
        extensions += extension + '\n';
    writeFile(folder_ / (name + ".ext"), extensions);
    openssl(folder_.path(), {"ca",
                             "-batch",
                             "-notext",
                             "-config",
                             "ca.cnf",
                             "-in",
                             name + ".csr",
                             "-cert",
                             issuer.certificate.string(),
                             "-keyfile",
                             issuer.key.string(),
                             "-md",
                             wish.digest,
                             "-startdate",
                             dateIn(wish.startDays),
                             "-enddate",
                             dateIn(wish.endDays),
                             "-extfile",
                             name + ".ext",
                             "-extensions",
                             "x",
                             "-out",
                             name + ".pem"});
    return {folder_ / (name + ".pem"), folder_ / (name + ".key")};
}

} // namespace oauth_batch::test
