#pragma once

#include "NginxProcess.h"
#include "ServerRig.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace oauth_batch::test {

/// What a proxy asks for, as it stands in its URL, as it is, and as it goes over the wire.
inline constexpr std::string_view kProxyLogin = "partner:pw%20canary%2F5f3a";
inline constexpr std::string_view kProxyPassword = "pw canary/5f3a";
inline constexpr std::string_view kProxyBasic = "cGFydG5lcjpwdyBjYW5hcnkvNWYzYQ==";

/// A Rig of which the program reaches its server, nginx over TLS, through a proxy.
struct ProxyRig : ServerRig
{
    ProxyRig()
    {
        BOOST_REQUIRE_MESSAGE(NginxProcess::isInstalled(), "nginx is needed: scripts/setup test");
    }

    /// Login and password are given to a proxy at this authority.
    void useProxy(const std::string& authority, std::string_view login = kProxyLogin)
    {
        environment["HTTPS_PROXY"] = "http://" + std::string(login) + "@" + authority;
    }

    /// That neither the output nor any file that the run left holds the proxy's password.
    void checkNoPassword(const Ended& ended) const
    {
        checkNoPassword("the output", ended.all());
        for (const auto& entry : std::filesystem::recursive_directory_iterator(path("."))) {
            if (entry.is_regular_file()) checkNoPassword(entry.path(), readFile(entry.path()));
        }
    }

private:
    static void checkNoPassword(const std::filesystem::path& place, const std::string& text)
    {
        for (const auto secret : {kProxyPassword, kProxyLogin.substr(8), kProxyBasic}) {
            BOOST_TEST(!contains(text, secret), place << " holds " << secret);
        }
    }
};

} // namespace oauth_batch::test
