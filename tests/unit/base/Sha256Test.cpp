#include "oauth_batch/base/Sha256.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

std::string digestOf(const std::string& text)
{
    Sha256 sha;
    sha.update(text.data(), text.size());
    return sha.hexDigest();
}

} // namespace

BOOST_AUTO_TEST_SUITE(Sha256Test)

// The examples of FIPS 180-2, appendix B, and the empty text.
BOOST_DATA_TEST_CASE(
    publishedExamplesHold,
    data::make({"", "abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"}) ^
        data::make({"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}),
    text, expected)
{
    BOOST_TEST(digestOf(text) == expected);
}

BOOST_AUTO_TEST_CASE(piecesGiveTheDigestOfTheWhole)
{
    Sha256 sha;
    const std::string block(997, 'a');
    for (std::size_t left = 1'000'000; left > 0;) {
        const std::size_t size = std::min(left, block.size());
        sha.update(block.data(), size);
        left -= size;
    }
    sha.update(nullptr, 0);
    BOOST_TEST(sha.hexDigest() ==
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(digestStartsANewComputation)
{
    Sha256 sha;
    sha.update("abd", 3);
    const std::string other = sha.hexDigest();
    sha.update("abc", 3);
    BOOST_TEST(sha.hexDigest() == digestOf("abc"));
    BOOST_TEST(other != digestOf("abc"));
}

BOOST_AUTO_TEST_CASE(stateMovesWithTheObject)
{
    Sha256 first;
    first.update("ab", 2);
    Sha256 second = std::move(first);
    second.update("c", 1);
    BOOST_TEST(second.hexDigest() == digestOf("abc"));
}

BOOST_AUTO_TEST_SUITE_END()
