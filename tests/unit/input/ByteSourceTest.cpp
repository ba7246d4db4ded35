#include "oauth_batch/input/ByteSource.h"

#include "TempDir.h"

#include "oauth_batch/base/Error.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

using namespace oauth_batch;

namespace {

std::string readAll(ByteSource& source)
{
    std::string all;
    std::array<char, 7> buffer{};
    while (const std::size_t count = source.read(buffer.data(), buffer.size()))
        all.append(buffer.data(), count);
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ByteSourceTest)

BOOST_AUTO_TEST_CASE(openedFileIsReadToItsEnd)
{
    const test::TempDir folder;
    test::writeFile(folder / "orders.csv", "operation;external_id\r\n");
    const auto source = openInput((folder / "orders.csv").string());
    BOOST_TEST(readAll(*source) == "operation;external_id\r\n");
}

BOOST_AUTO_TEST_CASE(missingFileHasAnExitCodeOfItsOwn)
{
    BOOST_CHECK_EXCEPTION(openInput("/nowhere/orders.csv"), IoError, [](const IoError& error) {
        return error.exitCode() == ExitCode::noInput &&
               std::string_view(error.what()) ==
                   "cannot open /nowhere/orders.csv: No such file or directory";
    });
}

BOOST_AUTO_TEST_CASE(directoryIsAProblemOfTheInput)
{
    BOOST_CHECK_EXCEPTION(openInput("/tmp"), DataError, [](const DataError& error) {
        return std::string_view(error.what()) == "/tmp: a directory, not a CSV file";
    });
}

BOOST_AUTO_TEST_CASE(descriptorIsNotInherited)
{
    std::array<int, 2> before{};
    BOOST_REQUIRE_EQUAL(::pipe(before.data()), 0);
    ::close(before[0]);
    const auto source = openInput("/dev/null"); // takes the lowest free descriptor
    BOOST_TEST((::fcntl(before[0], F_GETFD) & FD_CLOEXEC) != 0);
    ::close(before[1]);
}

BOOST_AUTO_TEST_CASE(pipeIsReadInTheSizesThatItGives)
{
    std::array<int, 2> ends{};
    BOOST_REQUIRE_EQUAL(::pipe(ends.data()), 0);
    FileSource source(UniqueFd{ends[0]}, "-");
    BOOST_REQUIRE_EQUAL(::write(ends[1], "abc", 3), 3);
    ::close(ends[1]);
    BOOST_TEST(readAll(source) == "abc");
}

BOOST_AUTO_TEST_CASE(failedReadThrows)
{
    FileSource source(UniqueFd(::open("/tmp", O_RDONLY | O_CLOEXEC)), "orders.csv");
    BOOST_CHECK_EXCEPTION(readAll(source), IoError, [](const IoError& error) {
        return error.exitCode() == ExitCode::ioError &&
               std::string_view(error.what()) == "cannot read orders.csv: Is a directory";
    });
}

BOOST_AUTO_TEST_CASE(memoryGivesPieces)
{
    MemorySource source("abcde", 2);
    std::array<char, 4> buffer{};
    BOOST_TEST(source.read(buffer.data(), 4) == 2U);
    BOOST_TEST(source.read(buffer.data(), 1) == 1U);
    BOOST_TEST(source.read(buffer.data(), 4) == 2U);
    BOOST_TEST(source.read(buffer.data(), 4) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
