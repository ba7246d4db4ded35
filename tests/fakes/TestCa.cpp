#include "TestCa.h"

#include "Process.h"

#include <stdexcept>
#include <vector>

namespace oauth_batch::test {

namespace {

constexpr auto kLocalNames = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1";

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
    good_ = makeServer("good", authority_, kLocalNames, 2);
    wrongHost_ = makeServer("wrong-host", authority_, "subjectAltName=DNS:other.example", 2);
    expired_ = makeServer("expired", authority_, kLocalNames, -1);
    unknownCa_ = makeServer("unknown-ca", stranger, kLocalNames, 2);
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

TestCa::Identity TestCa::makeServer(const std::string& name, const Identity& issuer,
                                    const std::string& names, int days) const
{
    openssl(folder_.path(),
            {"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name, "-addext", names});
    openssl(folder_.path(),
            {"x509", "-req", "-in", name + ".csr", "-CA", issuer.certificate.string(), "-CAkey",
             issuer.key.string(), "-CAcreateserial", "-copy_extensions", "copy", "-days",
             std::to_string(days), "-out", name + ".pem"});
    return {folder_ / (name + ".pem"), folder_ / (name + ".key")};
}

} // namespace oauth_batch::test
