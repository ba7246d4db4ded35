#include "CrashRig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <random>

#include <sys/inotify.h>
#include <unistd.h>

using namespace oauth_batch::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRows = 3000;
constexpr std::size_t kWorkers = 8;

/// Tells when a line is added to a file.
class FileWatch
{
public:
    explicit FileWatch(const std::filesystem::path& file)
        : descriptor_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK))
    {
        if (::inotify_add_watch(descriptor_, file.c_str(), IN_MODIFY) < 0) {
            throw std::runtime_error("inotify " + file.string());
        }
    }
    ~FileWatch() { ::close(descriptor_); }
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    int descriptor() const { return descriptor_; }
    bool happened() const
    {
        char events[4096]; // NOLINT: thrown away
        return ::read(descriptor_, events, sizeof events) > 0;
    }

private:
    int descriptor_;
};

/// How a loop of kills went, for people.
struct Figures
{
    std::size_t kills = 0;
    std::size_t repeats = 0;
    std::size_t campaigns = 0;
    std::size_t rows = 0;
};

/// What is killed: where it is sent to, and how it gets there.
struct Campaign
{
    std::string scenario; ///< of the sandbox; may be empty
    bool retry = false;   ///< the rows fail in a run first, and it is their retry that is killed
    std::function<std::size_t(std::size_t)> needed = [](std::size_t) { return 1; };
    bool allSucceed = true;
};

/// One campaign's folder, sandbox and command.
class Stage
{
public:
    explicit Stage(const Campaign& campaign)
        : sandbox_(sandboxArguments(campaign)), audit_(rig_, sandbox_, kAll, kWorkers)
    {
        rig_.write(kInput, kAll.input());
        if (campaign.retry) {
            const Ended failed = Process::run(command("run", kInput));
            BOOST_REQUIRE_MESSAGE(failed.exitCode == 1, describe(failed));
        }
        command_ = command(campaign.retry ? "retry" : "run", campaign.retry ? kResults : kInput);
        retry_ = campaign.retry;
        expectedExit_ = campaign.allSucceed ? 0 : 1;
        audit_.needed = campaign.needed;
        audit_.allSucceed = campaign.allSucceed;
    }

    /// The results of the command when nothing disturbs it.
    std::vector<std::string> undisturbed()
    {
        continueToTheEnd();
        return content(rig_.table(kResults));
    }

    /// Kills at random moments until the command ends by itself or has been killed often enough.
    void disturb(std::mt19937& random, std::size_t kills, Clock::time_point until)
    {
        while (audit_.stops() < kills && Clock::now() < until) {
            if (!killOnce(random)) break;
            audit_.afterStop();
            if (audit_.stops() % 5 == 0) checkStatus();
        }
    }

    void continueToTheEnd()
    {
        if (!ended_) {
            const int exitCode = nextExit();
            CHECK_EXIT(Process::run(command_), exitCode);
        }
        audit_.atEnd();
    }

    /// That the server's state is what the results say.
    void checkState()
    {
        CHECK_EXIT(sandbox_.stop(), 0);
        const CsvTable state = rig_.table("state.csv");
        const auto ids = state.column("managed_user_id");
        const std::set<std::string> assigned(ids.begin(), ids.end());
        BOOST_TEST(assigned.size() == state.size());
        const CsvTable results = rig_.table(kResults);
        for (std::size_t row = 0; row < results.size(); ++row) {
            const bool succeeded = results.at(row, "result_status") == "succeeded";
            BOOST_TEST(assigned.count(results.at(row, "managed_user_id")) == (succeeded ? 1U : 0U));
        }
    }

    std::vector<std::string> results() const { return content(rig_.table(kResults)); }
    const Audit& audit() const { return audit_; }

private:
    static constexpr Rows kAll{1, kRows};

    std::vector<std::string> sandboxArguments(const Campaign& campaign) const
    {
        std::vector<std::string> arguments = {"--latency=2ms..6ms",
                                              "--state-file=" + rig_.path("state.csv").string()};
        if (!campaign.scenario.empty()) {
            rig_.write("scenario.json", campaign.scenario);
            arguments.push_back("--scenario=" + rig_.path("scenario.json").string());
        }
        return arguments;
    }

    Command command(const std::string& verb, const std::string& file) const
    {
        return rig_.program(
            rig_.against(sandbox_.url(), {verb, file, "--workers=" + std::to_string(kWorkers)}));
    }

    /// Once its results are there and its journal is gone, a run is finished, though it be killed
    /// before it says so.
    int nextExit() const
    {
        const bool finished = rig_.exists(kResults) && !rig_.exists(kJournal);
        return finished && !retry_ ? 73 : expectedExit_;
    }

    /// False if the command ended before the moment came.
    bool killOnce(std::mt19937& random)
    {
        const FileWatch watch(sandbox_.log());
        // One in four while it starts, before a request of it arrives.
        const bool early = random() % 4 == 0;
        const std::chrono::microseconds delay{early ? random() % 15000 : 20000 + random() % 230000};
        const int exitCode = nextExit();
        Process process(command_);
        bool runs = true;
        while (!early && runs && !watch.happened())
            runs = process.collect(1000ms, watch.descriptor());
        const auto moment = Clock::now() + delay;
        while (runs && Clock::now() < moment) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(moment - Clock::now());
            runs = process.collect(std::max(left, 1ms));
        }
        if (runs) process.signal(SIGKILL);
        const Ended ended = process.wait();
        if (ended.signal == SIGKILL) return true;
        CHECK_EXIT(ended, exitCode);
        ended_ = true;
        return false;
    }

    void checkStatus()
    {
        if (!rig_.exists(kJournal) && !rig_.exists(kResults)) return;
        const Ended status = Process::run(rig_.program({"status", kResults, "--json"}));
        // Before its first record is complete, a journal is as good as none.
        const auto journal = rig_.journal();
        if (journal && rig_.read(kJournal).empty()) return;
        CHECK_EXIT(status, 0);
        if (journal && allFinished(*journal)) {
            CHECK_SAYS(status.out, "\"pending\": 0");
        }
    }

    static bool allFinished(const JournalView& journal)
    {
        return journal.concluded.size() == kRows;
    }

    CrashRig rig_;
    SandboxProcess sandbox_;
    Audit audit_;
    Command command_;
    int expectedExit_ = 0;
    bool retry_ = false;
    bool ended_ = false;
};

/// Campaigns until so many kills are done, or the time is up.
void kill(const std::string& name, std::size_t kills, const Campaign& campaign)
{
    const auto begin = Clock::now();
    const auto until = begin + std::chrono::seconds(setting("OAUTH_BATCH_CRASH_SECONDS", 600));
    std::mt19937 random(
        static_cast<std::mt19937::result_type>(setting("OAUTH_BATCH_CRASH_SEED", 20260101)));
    const std::vector<std::string> expected = Stage(campaign).undisturbed();
    Figures figures;
    do {
        Stage stage(campaign);
        stage.disturb(random, kills - figures.kills, until);
        stage.continueToTheEnd();
        BOOST_TEST((stage.results() == expected), "the results are not those of undisturbed runs");
        stage.checkState();
        figures.kills += stage.audit().stops();
        figures.repeats += stage.audit().repeats();
        figures.rows += kRows;
        ++figures.campaigns;
    } while (figures.kills < kills && Clock::now() < until);
    const auto took = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin);
    std::cout << name << ": " << figures.kills << " kills in " << figures.campaigns
              << " campaigns of " << kRows << " rows, " << figures.repeats
              << " rows sent twice (at most " << figures.kills * kWorkers << "), " << took.count()
              << " s" << std::endl;
}

/// The share of all kills that a case takes.
std::size_t share(std::size_t percent)
{
    return std::max<std::size_t>(1, setting("OAUTH_BATCH_CRASH_KILLS", 15) * percent / 100);
}

constexpr const char* kFirstRequestNotFound = R"({"rules": [
    {"match": {"requests": 1, "count_by": "target"}, "do": {"status": 404}}]})";

// Customers *77: 503 first; *55: the answer to the first is lost; *33: never found.
constexpr const char* kSomeFaults = R"({"rules": [
    {"match": {"customer": "*77", "requests": 1, "count_by": "target"}, "do": {"status": 503}},
    {"match": {"customer": "*55", "requests": 1, "count_by": "target"},
     "do": {"fault": "reset-after"}},
    {"match": {"customer": "*33"}, "do": {"status": 404}}]})";

} // namespace

BOOST_AUTO_TEST_SUITE(CrashLoop)

BOOST_AUTO_TEST_CASE(killedRunLosesNoRowAndSendsNoFinishedOneAgain)
{
    kill("run", share(50), Campaign());
}

BOOST_AUTO_TEST_CASE(killedRetryInPlaceLosesNoRowAndSendsNoFinishedOneAgain)
{
    Campaign campaign;
    campaign.scenario = kFirstRequestNotFound;
    campaign.retry = true;
    campaign.needed = [](std::size_t) { return 2; };
    kill("retry", share(25), campaign);
}

BOOST_AUTO_TEST_CASE(killedRunAgainstAFlakyServerComesToTheSameResults)
{
    Campaign campaign;
    campaign.scenario = kSomeFaults;
    campaign.allSucceed = false;
    campaign.needed = [](std::size_t row) { return row % 100 == 77 || row % 100 == 55 ? 2 : 1; };
    kill("flaky", share(25), campaign);
}

BOOST_AUTO_TEST_SUITE_END()
