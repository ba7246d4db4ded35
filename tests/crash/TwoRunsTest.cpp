#include "CrashRig.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>
#include <memory>
#include <ostream>

using namespace oauth_batch::test;

namespace {

/// A run whose first requests have arrived and wait for their answers: everything else can be done
/// beside it.
class HeldRun : public CrashRig
{
public:
    static constexpr std::size_t kRows = 6;

    HeldRun()
    {
        write(kInput, assignments(kRows));
        api_.hold();
    }

    Command same(const std::string& verb = "run") const
    {
        return program(
            against(api_.url(), {verb, verb == "run" ? kInput : kResults, "--workers=2"}));
    }

    void waitUntilHeld() { api_.waitForRequests(2); }
    void release() { api_.release(); }
    std::size_t requests() const { return api_.requests().size(); }

private:
    StubApi api_;
};

/// What happens to the input while the run reads it no more and has not rendered yet.
struct ChangeCase
{
    const char* name;
    void (*change)(const std::filesystem::path& input);
};

std::ostream& operator<<(std::ostream& out, const ChangeCase& one)
{
    return out << one.name;
}

const std::vector<ChangeCase> kChanges = {
    {"a row more",
     [](const std::filesystem::path& input) {
         std::ofstream(input, std::ios::app) << "assign,99,322\n";
     }},
    {"truncated", [](const std::filesystem::path& input) { writeFile(input, ""); }},
    {"cut in half",
     [](const std::filesystem::path& input) {
         std::filesystem::resize_file(input, std::filesystem::file_size(input) / 2);
     }},
    {"replaced",
     [](const std::filesystem::path& input) {
         writeFile(input.string() + ".new", assignments(HeldRun::kRows + 1));
         std::filesystem::rename(input.string() + ".new", input);
     }},
    {"one digit",
     [](const std::filesystem::path& input) {
         std::string text = readFile(input);
         text[text.rfind("322")] = '4';
         writeFile(input, text);
     }},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(TwoRuns, HeldRun)

BOOST_DATA_TEST_CASE(secondOneEndsWithinASecondAndNamesTheFirst,
                     boost::unit_test::data::make({"run", "retry"}), verb)
{
    Process first(same());
    waitUntilHeld();
    const Ended second = Process::run(same(verb));
    CHECK_EXIT(second, 75);
    BOOST_TEST(contains(second.err, std::to_string(first.pid())), describe(second));
#ifndef OAUTH_BATCH_SANITIZED
    BOOST_TEST(second.elapsed.count() < 1000);
#endif
    release();
    CHECK_EXIT(first.wait(), 0);
    BOOST_TEST(requests() == kRows);
}

BOOST_AUTO_TEST_CASE(manyAtOnceSendEachRowOnce)
{
    release();
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < 6; ++i)
        processes.push_back(std::make_unique<Process>(same()));
    std::size_t finished = 0;
    for (const auto& process : processes) {
        const Ended ended = process->wait();
        finished += ended.exitCode == 0 ? 1 : 0;
        // Locked out, or too late: the results are there.
        BOOST_TEST((ended.exitCode == 0 || ended.exitCode == 75 || ended.exitCode == 73),
                   describe(ended));
    }
    BOOST_TEST(finished == 1U);
    BOOST_TEST(requests() == kRows);
    BOOST_TEST(table(kResults).size() == kRows);
    BOOST_TEST(!exists(kJournal));
}

BOOST_AUTO_TEST_CASE(statusBesideARunDisturbsNothing)
{
    Process first(same());
    waitUntilHeld();
    const std::string before = read(kJournal);
    const Ended status = Process::run(program({"status", kResults}));
    CHECK_EXIT(status, 0);
    CHECK_SAYS(status.out, "running");
    CHECK_SAYS(status.out, "pending +6");
    CHECK_EXIT(Process::run(program({"status", kResults, "--json"})), 0);
    BOOST_TEST(read(kJournal) == before);
    release();
    CHECK_EXIT(first.wait(), 0);
    BOOST_TEST(requests() == kRows);
}

BOOST_AUTO_TEST_CASE(killedHolderLeavesNoStaleLock)
{
    Process first(same());
    waitUntilHeld();
    first.signal(SIGKILL);
    first.wait();
    CHECK_SAYS(Process::run(program({"status", kResults})).out, "unfinished");
    release();
    CHECK_EXIT(Process::run(same()), 0);
    BOOST_TEST(requests() == kRows + 2);
}

BOOST_AUTO_TEST_CASE(stoppedHolderKeepsItsLock)
{
    Process first(same());
    waitUntilHeld();
    first.signal(SIGSTOP);
    CHECK_EXIT(Process::run(same()), 75);
    first.signal(SIGCONT);
    release();
    CHECK_EXIT(first.wait(), 0);
    BOOST_TEST(requests() == kRows);
}

BOOST_DATA_TEST_CASE(changedInputIsRefusedAtRenderingAndTheJournalKept,
                     boost::unit_test::data::make(kChanges), change)
{
    const std::string original = read(kInput);
    Process first(same());
    waitUntilHeld();
    change.change(path(kInput));
    release();
    const Ended ended = first.wait();
    CHECK_EXIT(ended, 65);
    BOOST_TEST(contains(ended.err, kInput), describe(ended));
    BOOST_TEST(exists(kJournal));
    BOOST_TEST(!exists(kResults));
    CHECK_EXIT(Process::run(same()), 65);
    // With the old content it goes on, and nothing needs to be sent.
    write(kInput, original);
    CHECK_EXIT(Process::run(same()), 0);
    BOOST_TEST(requests() == kRows);
    BOOST_TEST(table(kResults).size() == kRows);
}

BOOST_AUTO_TEST_CASE(resultsEditedDuringARetryInPlaceAreNotOverwritten)
{
    // The file that is retried is the input of the retry.
    StubApi refusing([](const StubRequest& request) {
        return request.number <= kRows ? Reply::status(404) : Reply::success();
    });
    const auto command = [&](const std::string& verb, const std::string& file) {
        return program(against(refusing.url(), {verb, file, "--workers=2"}));
    };
    CHECK_EXIT(Process::run(command("run", kInput)), 1);
    refusing.hold();
    Process first(command("retry", kResults));
    refusing.waitForRequests(kRows + 2);
    const std::string edited = read(kResults) + "assign,99,322,7,pending,,,,,,,\n";
    write(kResults, edited);
    refusing.release();
    CHECK_EXIT(first.wait(), 65);
    BOOST_TEST(read(kResults) == edited);
    BOOST_TEST(exists(kJournal));
}

BOOST_AUTO_TEST_SUITE_END()
