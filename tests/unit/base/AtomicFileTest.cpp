#include "oauth_batch/base/AtomicFile.h"

#include "TempDir.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

unsigned modeOf(const fs::path& path)
{
    struct stat status = {};
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

bool cannotCreate(const Error& error)
{
    return error.exitCode() == ExitCode::cannotCreate;
}

struct Fixture
{
    TempDir dir;
    fs::path path = dir / "results.csv";
    fs::path temporary = dir / "results.csv.tmp";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(AtomicFileTest, Fixture)

BOOST_AUTO_TEST_CASE(commitPutsTheContentInPlaceAndLeavesNothingElse)
{
    AtomicFile file(path.string());
    file.append("one,");
    file.append("two\n");
    file.commit();
    BOOST_TEST(readFile(path) == "one,two\n");
    BOOST_TEST(!fs::exists(temporary));
}

BOOST_AUTO_TEST_CASE(contentLargerThanTheBufferArrivesWhole)
{
    std::string expected;
    AtomicFile file(path.string(), AtomicFile::kPrivate, Digest::sha256);
    for (int i = 0; i < 50'000; ++i) {
        const std::string line = std::to_string(i) + '\n';
        expected += line;
        file.append(line);
    }
    const std::string huge(300'000, 'x');
    file.append(huge);
    expected += huge;
    file.commit();
    BOOST_TEST((readFile(path) == expected));
    Sha256 digest;
    digest.update(expected.data(), expected.size());
    BOOST_TEST(file.hexDigest() == digest.hexDigest());
}

BOOST_AUTO_TEST_CASE(withoutCommitTheOldContentStaysAndTheTemporaryFileGoes)
{
    writeFile(path, "old");
    {
        AtomicFile file(path.string());
        file.append("new");
        BOOST_TEST(fs::exists(temporary));
    }
    BOOST_TEST(readFile(path) == "old");
    BOOST_TEST(!fs::exists(temporary));
}

BOOST_AUTO_TEST_CASE(preparedContentStandsBesideTheOldOne)
{
    writeFile(path, "old");
    AtomicFile file(path.string(), AtomicFile::kPrivate, Digest::sha256);
    file.append("abc");
    file.prepare();
    BOOST_TEST(readFile(path) == "old");
    BOOST_TEST(readFile(temporary) == "abc");
    BOOST_TEST(file.hexDigest() ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    file.commit();
    BOOST_TEST(readFile(path) == "abc");
}

BOOST_AUTO_TEST_CASE(modeIsAsGivenWhateverTheUmaskIs)
{
    const mode_t before = ::umask(0077);
    AtomicFile(path.string(), AtomicFile::kPublic).commit();
    BOOST_TEST(modeOf(path) == 0644U);
    ::umask(0);
    AtomicFile(path.string()).commit();
    BOOST_TEST(modeOf(path) == 0600U);
    ::umask(before);
}

BOOST_AUTO_TEST_CASE(staleTemporaryFileIsReplaced)
{
    writeFile(temporary, "left by a process that died");
    AtomicFile file(path.string());
    file.append("new");
    file.commit();
    BOOST_TEST(readFile(path) == "new");
}

BOOST_DATA_TEST_CASE_F(Fixture, anythingButAFileIsRefused,
                       data::make({"results.csv", "results.csv.tmp"}) *
                           data::make({"link", "dangling link", "folder", "fifo"}),
                       name, what)
{
    const std::string kind = what;
    writeFile(dir / "other", "precious");
    if (kind == "link") fs::create_symlink("other", dir / name);
    if (kind == "dangling link") fs::create_symlink("nowhere", dir / name);
    if (kind == "folder") fs::create_directory(dir / name);
    if (kind == "fifo") BOOST_REQUIRE(::mkfifo((dir / name).c_str(), 0600) == 0);
    BOOST_CHECK_EXCEPTION(AtomicFile::checkPlace(path.string()), Error, cannotCreate);
    BOOST_CHECK_EXCEPTION(AtomicFile file(path.string()), Error, cannotCreate);
    BOOST_TEST(readFile(dir / "other") == "precious");
    BOOST_TEST(fs::exists(fs::symlink_status(dir / name)));
    BOOST_TEST(!fs::exists(dir / "nowhere"));
}

BOOST_AUTO_TEST_CASE(linkThatAppearsBeforeTheRenameIsRefusedToo)
{
    writeFile(dir / "other", "precious");
    {
        AtomicFile file(path.string());
        file.append("new");
        fs::create_symlink("other", path);
        BOOST_CHECK_EXCEPTION(file.commit(), Error, cannotCreate);
    }
    BOOST_TEST(fs::is_symlink(path));
    BOOST_TEST(readFile(dir / "other") == "precious");
    BOOST_TEST(!fs::exists(temporary));
}

BOOST_AUTO_TEST_CASE(freePlaceAndRegularFilesPassTheCheck)
{
    AtomicFile::checkPlace(path.string());
    writeFile(path, "");
    writeFile(temporary, "");
    AtomicFile::checkPlace(path.string());
    BOOST_TEST(fs::exists(temporary));
}

BOOST_AUTO_TEST_CASE(missingFolderCannotBeWrittenTo)
{
    BOOST_CHECK_EXCEPTION(AtomicFile((dir / "no" / "file").string()), Error, cannotCreate);
}

BOOST_AUTO_TEST_CASE(folderWithoutPermissionCannotBeWrittenTo)
{
    if (::geteuid() == 0) return; // permission bits do not bind root
    fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec);
    BOOST_CHECK_EXCEPTION(AtomicFile file(path.string()), Error, cannotCreate);
    fs::permissions(dir.path(), fs::perms::owner_all);
}

BOOST_AUTO_TEST_CASE(nameWithoutAFolderIsInTheWorkingFolder)
{
    const fs::path before = fs::current_path();
    fs::current_path(dir.path());
    AtomicFile file("bare.csv");
    file.append("x");
    file.commit();
    syncDirectoryOf("bare.csv");
    fs::current_path(before);
    BOOST_TEST(readFile(dir / "bare.csv") == "x");
}

BOOST_AUTO_TEST_CASE(removeDurablyRemovesAndToleratesAbsence)
{
    writeFile(path, "");
    removeDurably(path.string());
    BOOST_TEST(!fs::exists(path));
    removeDurably(path.string());
    BOOST_CHECK_THROW(removeDurably(dir.path().string()), IoError);
}

BOOST_AUTO_TEST_SUITE_END()
