#include "oauth_batch/app/ReadAhead.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

using namespace oauth_batch;
namespace data = boost::unit_test::data;

namespace {

std::string csv(std::size_t rows)
{
    std::string text = "operation,external_id,profile_id\n";
    for (std::size_t i = 1; i <= rows; ++i)
        text += "assign,C" + std::to_string(i) + ",322\n";
    return text;
}

/// Gives a text, then fails.
class FailingSource : public ByteSource
{
public:
    explicit FailingSource(std::string_view text) : text_(text) {}

    std::size_t read(char* buffer, std::size_t size) override
    {
        const std::size_t count = text_.read(buffer, size);
        if (count == 0) throw IoError("read", "broken.csv", EIO);
        return count;
    }

private:
    MemorySource text_;
};

/// How many rows come, of which each must be the next one.
std::size_t countInOrder(ReadAhead& ahead)
{
    std::size_t count = 0;
    for (auto rows = ahead.next(); !rows.empty(); rows = ahead.next()) {
        for (const InputRow& row : rows) {
            BOOST_REQUIRE_EQUAL(row.number, ++count);
            BOOST_REQUIRE(row.record == nullptr);
            BOOST_REQUIRE_EQUAL(std::get<Operation>(row.content).customerId,
                                "EC" + std::to_string(count));
        }
    }
    return count;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ReadAheadTest)

// Around the size of a block, of those that one waits for, and of all.
BOOST_DATA_TEST_CASE(everyRowComesOnceAndInOrder,
                     data::make({0, 1, 127, 128, 129, 511, 512, 513, 1023, 1024, 1025, 20'000}),
                     rows)
{
    const std::string text = csv(static_cast<std::size_t>(rows));
    OperationReader reader("a.csv", std::make_unique<MemorySource>(text), {});
    ReadAhead ahead(reader);
    BOOST_TEST(countInOrder(ahead) == static_cast<std::size_t>(rows));
    BOOST_TEST(ahead.next().empty());
    BOOST_TEST(reader.rowCount() == static_cast<std::size_t>(rows));
}

BOOST_AUTO_TEST_CASE(failureOfTheReaderComesAfterTheBlocksThatItHasFilled)
{
    const std::string text = csv(20'000);
    OperationReader reader("a.csv", std::make_unique<FailingSource>(text), {});
    ReadAhead ahead(reader);
    BOOST_CHECK_THROW(countInOrder(ahead), IoError);
}

BOOST_AUTO_TEST_CASE(mayBeLeftAtAnyTime)
{
    const std::string text = csv(20'000);
    for (int blocks = 0; blocks < 10; ++blocks) {
        OperationReader reader("a.csv", std::make_unique<MemorySource>(text), {});
        ReadAhead ahead(reader);
        for (int i = 0; i < blocks; ++i)
            BOOST_TEST(!ahead.next().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
