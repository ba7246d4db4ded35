#pragma once

#include "Rig.h"
#include "TestCa.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace oauth_batch::test {

/// A folder with 20 rows in in.csv, and what cases about TLS ask of a run of them.
struct TlsRig : Rig
{
    TlsRig() { write("in.csv", assignments(20)); }

    static std::string trust() { return "--ca-file=" + TestCa::instance().authority().string(); }

    static Arguments runOf(Arguments more)
    {
        more.insert(more.begin(), {"run", "in.csv"});
        return more;
    }

    Ended send(const std::string& url, const Arguments& more = {}) const
    {
        return runAgainst(url, runOf(more));
    }

    /// Not a row was sent, and each can be.
    void checkAllPending() const
    {
        const CsvTable results = table("in.results.csv");
        BOOST_TEST(results.size() == 20U);
        for (std::size_t row = 0; row < results.size(); ++row) {
            BOOST_TEST(results.at(row, "result_status") == "pending");
            BOOST_TEST(results.at(row, "result_error_code") == "stopped");
            BOOST_TEST(results.at(row, "result_attempts") == "0");
        }
    }
};

/// That nothing of a request is among what a server has received.
inline void checkNoRequestIn(std::string_view received)
{
    for (const std::string_view part : {std::string_view("POST"), std::string_view("managed_users"),
                                        std::string_view("Bearer"), kToken.substr(0, 10)})
        BOOST_TEST(!contains(received, part), "\"" << part << "\" is in:\n" << received);
}

} // namespace oauth_batch::test
