#include "CustomersFile.h"

#include "TempDir.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>

namespace sandbox = oauth_batch::sandbox;
namespace data = boost::unit_test::data;
using sandbox::readCustomers;

namespace {

struct Refusal
{
    std::string content;
    std::string message;
};

std::ostream& operator<<(std::ostream& out, const Refusal& sample)
{
    return out << sample.message;
}

const std::vector<Refusal> kRefusals = {
    {"", ":1: empty; the header is id,external_id,name,profiles"},
    {"id,name,profiles\n", ":1: no column \"external_id\""},
    {"id,external_id,name,profiles,profile\n", ":1: unknown column \"profile\""},
    {"id,id,external_id,name,profiles\n", ":1: column \"id\" twice"},
    {"id,external_id,name,profiles\n1,a,b\n", ":2: 3 fields, not 4 as the header has"},
    {"id,external_id,name,profiles\nx,a,b,\n", ":2: id \"x\": not digits"},
    {"id,external_id,name,profiles\nE1,a,b,\n", ":2: id \"E1\": not digits"},
    {"id,external_id,name,profiles\n\n1,a,b,321;322\n",
     ":3: profile \"321;322\": not a positive integer"},
    {"id,external_id,name,profiles\n1,\xff,b,\n", ":2: not UTF-8"},
};

/// The customers of a file with that content.
std::vector<sandbox::CustomerRecord> customersOf(const std::string& content)
{
    const oauth_batch::test::TempDir folder;
    oauth_batch::test::writeFile(folder / "c.csv", content);
    return readCustomers((folder / "c.csv").string());
}

} // namespace

BOOST_AUTO_TEST_SUITE(CustomersFileTest)

BOOST_AUTO_TEST_CASE(columnsAreFoundByName)
{
    const auto customers = customersOf("name,id,in_use,profiles,external_id\r\n"
                                       "\"Acme, Inc.\",1001,322,321  322 ,A/1\r\n"
                                       "\r\n"
                                       ",1002,,,\r\n");
    BOOST_TEST_REQUIRE(customers.size() == 2U);
    BOOST_TEST(customers[0].id == "1001");
    BOOST_TEST(customers[0].externalId == "A/1");
    BOOST_TEST(customers[0].name == "Acme, Inc.");
    BOOST_TEST((customers[0].profiles == std::vector<std::string>{"321", "322"}));
    BOOST_TEST((customers[0].inUse == std::vector<std::string>{"322"}));
    BOOST_TEST(customers[1].externalId.empty());
    BOOST_TEST(customers[1].profiles.empty());
}

BOOST_AUTO_TEST_CASE(inUseMayBeLeftOut)
{
    const auto customers = customersOf("id,external_id,name,profiles\n1,a,b,7");
    BOOST_TEST_REQUIRE(customers.size() == 1U);
    BOOST_TEST(customers[0].inUse.empty());
}

BOOST_DATA_TEST_CASE(whatIsWrongIsRefusedWithItsLine, data::make(kRefusals), sample)
{
    const oauth_batch::test::TempDir folder;
    const std::string path = (folder / "c.csv").string();
    oauth_batch::test::writeFile(path, sample.content);
    try {
        readCustomers(path);
        BOOST_ERROR("accepted");
    } catch (const oauth_batch::DataError& error) {
        BOOST_TEST(error.what() == path + sample.message);
    }
}

BOOST_AUTO_TEST_CASE(brokenQuotesAreRefused)
{
    const oauth_batch::test::TempDir folder;
    const std::string path = (folder / "c.csv").string();
    oauth_batch::test::writeFile(path, "id,external_id,name,profiles\n1,\"a,b,\n");
    BOOST_CHECK_THROW(readCustomers(path), oauth_batch::DataError);
}

BOOST_AUTO_TEST_CASE(aMissingFileIsNoInput)
{
    try {
        readCustomers("/nonexistent/customers.csv");
        BOOST_ERROR("read");
    } catch (const oauth_batch::Error& error) {
        BOOST_TEST((error.exitCode() == oauth_batch::ExitCode::noInput));
    }
}

BOOST_AUTO_TEST_SUITE_END()
