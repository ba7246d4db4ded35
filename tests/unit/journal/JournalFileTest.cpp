#include "oauth_batch/journal/JournalFile.h"

#include "FakeClock.h"
#include "LockHolderProcess.h"
#include "SampleJournal.h"
#include "TempDir.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/journal/JournalWriter.h"
#include "oauth_batch/journal/ResumeState.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using namespace oauth_batch;
using namespace oauth_batch::test;
namespace fs = std::filesystem;

namespace {

struct Fixture
{
    TempDir dir;
    JournalPaths paths{(dir / "may.results.csv").string()};
    FakeClock clock;

    /// What a process does that begins a journal, sends row 1 and dies during row 2.
    void runAndDie()
    {
        JournalFile journal(paths);
        ResumeState state;
        journal.read(state);
        JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
        writer.start(sampleHeader());
        writer.intend(1, 1);
        writer.conclude(1, succeeded());
        writer.intend(2, 1);
        writer.commit();
    }
};

auto is(ExitCode code)
{
    return [code](const Error& error) {
        BOOST_TEST_MESSAGE(error.what());
        return error.exitCode() == code;
    };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(JournalFileTest, Fixture)

BOOST_AUTO_TEST_CASE(filesStandBesideTheResults)
{
    const JournalPaths names("out/may.results.csv");
    BOOST_TEST(names.results == "out/may.results.csv");
    BOOST_TEST(names.temporary == "out/may.results.csv.tmp");
    BOOST_TEST(names.journal == "out/may.results.csv.journal");
    BOOST_TEST(names.inputCopy == "out/may.results.csv.journal.input");
}

BOOST_AUTO_TEST_CASE(missingJournalIsCreatedNew)
{
    JournalFile journal(paths);
    JournalVisitor nobody;
    journal.read(nobody);
    BOOST_TEST(journal.isNew());
    BOOST_TEST(fs::file_size(paths.journal) == 0U);
}

BOOST_AUTO_TEST_CASE(unfinishedRunIsContinued)
{
    runAndDie();
    {
        JournalFile journal(paths);
        ResumeState state;
        journal.read(state);
        state.finish();
        BOOST_TEST(!journal.isNew());
        BOOST_TEST((state.status(1) == RowStatus::succeeded));
        BOOST_TEST(state.unfinished(2)->wasCutShort);
        journal.prepareToAppend();
        JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
        writer.resume({99, clock.wallTime()});
        writer.intend(2, 2);
        writer.conclude(2, succeeded(2));
        writer.commit();
    }
    ResumeState after;
    readJournal(paths.journal, after);
    BOOST_TEST((after.status(2) == RowStatus::succeeded));
}

BOOST_AUTO_TEST_CASE(tornTailIsCutOffBeforeAppending)
{
    runAndDie();
    const std::string whole = readFile(paths.journal);
    for (const std::string& tail : {std::string("8f"), std::string("8f3a0c11 12 intend"),
                                    std::string("8f3a0c11 12 in") + std::string(5000, '\0')}) {
        writeFile(paths.journal, whole + tail);
        {
            JournalFile journal(paths);
            ResumeState state;
            BOOST_TEST(journal.read(state).hasTornTail);
            journal.prepareToAppend();
            BOOST_TEST(readFile(paths.journal) == whole);
            JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
            writer.resume({99, clock.wallTime()});
        }
        ResumeState after;
        BOOST_TEST(!readJournal(paths.journal, after).hasTornTail);
        BOOST_TEST(after.lastSession().pid == 99);
    }
}

BOOST_AUTO_TEST_CASE(tornHeaderIsReplacedByAWholeOne)
{
    writeFile(paths.journal, "8f3a0c11 175 journal 1 ru");
    JournalFile journal(paths);
    ResumeState state;
    journal.read(state);
    BOOST_TEST(journal.isNew());
    journal.prepareToAppend();
    JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
    writer.start(sampleHeader());
    ResumeState after;
    BOOST_TEST(readJournal(paths.journal, after).records == 1U);
}

BOOST_AUTO_TEST_CASE(damagedJournalIsRefusedAndLeftAsItIs)
{
    runAndDie();
    std::string content = readFile(paths.journal);
    content[20] = 'X';
    writeFile(paths.journal, content);
    JournalFile journal(paths);
    JournalVisitor nobody;
    BOOST_CHECK_EXCEPTION(journal.read(nobody), DataError, is(ExitCode::dataError));
    BOOST_TEST(readFile(paths.journal) == content);
    journal.discard();
    BOOST_TEST(journal.isNew());
    BOOST_TEST(fs::file_size(paths.journal) == 0U);
}

BOOST_AUTO_TEST_CASE(discardedJournalBeginsAnew)
{
    runAndDie();
    {
        JournalFile journal(paths);
        JournalVisitor nobody;
        journal.read(nobody);
        journal.discard();
        JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
        writer.start(sampleHeader(4));
    }
    ResumeState after;
    BOOST_TEST(readJournal(paths.journal, after).records == 1U);
    BOOST_TEST(after.header()->rows == 4U);
}

BOOST_AUTO_TEST_CASE(secondRunIsTurnedAwayWithThePidOfTheFirst)
{
    const LockHolderProcess first([this] { new JournalFile(paths); });
    BOOST_CHECK_EXCEPTION(JournalFile second(paths), Error, [&](const Error& error) {
        return error.exitCode() == ExitCode::stoppedEarly &&
               std::string(error.what()) == "another run (pid " + std::to_string(first.pid()) +
                                                ") is working on " + paths.results +
                                                "; wait for it or stop it";
    });
    BOOST_TEST(runningOn(paths).value().pid.value() == first.pid());
}

BOOST_AUTO_TEST_CASE(pidComesFromTheJournalWhereTheLockDoesNotTellIt)
{
    const LockHolderProcess first([this] {
        auto* journal = new JournalFile(paths);
        JournalVisitor nobody;
        journal->read(nobody);
        JournalWriter writer(journal->file(), clock, SyncPolicy::auto_);
        JournalHeader header = sampleHeader();
        header.session.pid = ::getpid();
        writer.start(header);
        ::close(::open(paths.journal.c_str(), O_RDONLY | O_CLOEXEC));
    });
    BOOST_CHECK_EXCEPTION(JournalFile second(paths), Error, [&](const Error& error) {
        return std::string(error.what()).find("(pid " + std::to_string(first.pid()) + ")") !=
               std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(killedRunHoldsNoLock)
{
    LockHolderProcess first([this] { new JournalFile(paths); });
    BOOST_TEST(runningOn(paths).has_value());
    first.kill();
    BOOST_TEST(!runningOn(paths).has_value());
    const JournalFile second(paths);
}

BOOST_AUTO_TEST_CASE(nobodyRunsWithoutAJournal)
{
    BOOST_TEST(!runningOn(paths).has_value());
    BOOST_TEST(!fs::exists(paths.journal));
}

BOOST_AUTO_TEST_CASE(removeTakesTheCopyOfStandardInputAlong)
{
    writeFile(paths.inputCopy, "operation\n");
    JournalFile journal(paths);
    journal.remove();
    BOOST_TEST(fs::is_empty(dir.path()));
    const LockHolderProcess next([this] { new JournalFile(paths); });
    BOOST_TEST(runningOn(paths).has_value());
}

BOOST_AUTO_TEST_CASE(journalMayBeReadWhileItIsWritten)
{
    runAndDie();
    JournalFile journal(paths);
    ResumeState state;
    journal.read(state);
    JournalWriter writer(journal.file(), clock, SyncPolicy::auto_);
    writer.intend(3, 1);
    writer.commit();
    ResumeState seen;
    BOOST_TEST(readJournal(paths.journal, seen).records == 5U);
    BOOST_TEST(seen.unfinished(3)->inFlight);
}

BOOST_AUTO_TEST_CASE(linkOrFolderInTheJournalsPlaceIsRefused)
{
    fs::create_symlink("elsewhere", paths.journal);
    BOOST_CHECK_EXCEPTION(JournalFile journal(paths), Error, is(ExitCode::cannotCreate));
    BOOST_CHECK_EXCEPTION(runningOn(paths), Error, is(ExitCode::cannotCreate));
    fs::remove(paths.journal);
    fs::create_directory(paths.journal);
    BOOST_CHECK_EXCEPTION(JournalFile journal(paths), Error, is(ExitCode::cannotCreate));
    BOOST_TEST(!fs::exists(dir / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(missingFolderCannotHoldAJournal)
{
    const JournalPaths nowhere((dir / "no" / "results.csv").string());
    BOOST_CHECK_EXCEPTION(JournalFile journal(nowhere), Error, is(ExitCode::cannotCreate));
}

BOOST_AUTO_TEST_SUITE_END()
