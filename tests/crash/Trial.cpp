#include "Trial.h"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <ostream>
#include <utility>

namespace oauth_batch::test {

namespace {

constexpr std::size_t kRows = 12;
constexpr std::size_t kWorkers = 2;
constexpr std::size_t kSpread = 100; ///< customers between two trials

constexpr const char* kFirstRequestNotFound = R"({"rules": [
    {"match": {"requests": 1, "count_by": "target"}, "do": {"status": 404}}]})";

} // namespace

std::ostream& operator<<(std::ostream& out, const TrialStage& stage)
{
    return out << stage.name;
}

std::unique_ptr<SandboxProcess> makeTrialSandbox(TrialCommand command, const CrashRig& files)
{
    std::vector<std::string> arguments;
    if (command == TrialCommand::retryInPlace) {
        files.write("scenario.json", kFirstRequestNotFound);
        arguments.push_back("--scenario=" + files.path("scenario.json").string());
    }
    return std::make_unique<SandboxProcess>(arguments);
}

Trial::Trial(const TrialStage& stage, const SandboxProcess& sandbox, std::size_t number)
    : stage_(stage),
      sandbox_(sandbox),
      rows_{number * kSpread + 1, kRows},
      audit_(rig_, sandbox, rows_, kWorkers)
{
    rig_.write(kInput, rows_.input());
    prepareCommand();
    if (stage.phase == Phase::rendering) {
        const Ended ended = disturb("write", "signal=SIGKILL", "1", kTemporary);
        BOOST_TEST(ended.signal == SIGKILL, describe(ended));
        audit_.afterStop();
    }
}

void Trial::prepareCommand()
{
    command_ = command({"run", kInput});
    if (stage_.command == TrialCommand::runOfStandardInput) {
        command_ = command({"run", "-", std::string("--output=") + kResults});
        command_.input = rows_.input();
    }
    if (stage_.command == TrialCommand::retryInPlace) {
        CHECK_EXIT(Process::run(command_), 1);
        sentBefore_ = kRows;
        command_ = command({"retry", kResults});
        audit_.needed = [](std::size_t) { return 2; };
    }
}

Command Trial::command(Arguments arguments) const
{
    arguments.push_back("--workers=" + std::to_string(kWorkers));
    return rig_.program(rig_.against(sandbox_.url(), std::move(arguments)));
}

Ended Trial::disturb(const std::string& call, const std::string& what, const std::string& when,
                     const std::string& file) const
{
    return Process::run(CrashRig::traced(command_, rig_.injection(call, what, when, file)));
}

void Trial::continueToTheEnd()
{
    const bool finished = rig_.exists(kResults) && !rig_.exists(kJournal);
    const Ended ended = Process::run(command_);
    // Once its results are there and its journal is gone, a run is finished.
    const bool refused = finished && stage_.command != TrialCommand::retryInPlace;
    BOOST_TEST(ended.exitCode == (refused ? 73 : 0), describe(ended));
    atEnd();
}

void Trial::atEnd()
{
    audit_.atEnd();
    const auto records = content(rig_.table(kResults));
    for (std::size_t row = 1; row <= kRows; ++row) {
        const std::string customer = std::to_string(rows_.firstCustomer + row - 1);
        BOOST_TEST(records[row - 1] == "assign|" + customer + "|322|" + std::to_string(row) +
                                           "|succeeded|200||POST " + rows_.target(row) + '|');
    }
}

std::size_t Trial::sent() const
{
    std::size_t sent = 0;
    for (const auto& [row, requests] : audit_.requests())
        sent += requests.size();
    return sent - sentBefore_;
}

} // namespace oauth_batch::test
