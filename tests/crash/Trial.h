#pragma once

#include "CrashRig.h"

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// Where a command stands when it is disturbed. strace counts the calls of each thread apart: in a
/// whole run the workers come to their n-th call before the main thread does, so the steps at the
/// end have stages of their own, in which there is nothing left to send.
enum class Phase
{
    whole,
    rendering, ///< everything has been answered and recorded, no results are written yet
};

enum class TrialCommand
{
    run,
    runOfStandardInput,
    retryInPlace, ///< after a run in which each row failed
};

struct TrialStage
{
    const char* name;
    TrialCommand command;
    Phase phase;
};

std::ostream& operator<<(std::ostream& out, const TrialStage& stage);

inline const std::vector<TrialStage> kTrialStages = {
    {"run", TrialCommand::run, Phase::whole},
    {"run of standard input", TrialCommand::runOfStandardInput, Phase::whole},
    {"retry in place", TrialCommand::retryInPlace, Phase::whole},
    {"end of a run", TrialCommand::run, Phase::rendering},
    {"end of a run of standard input", TrialCommand::runOfStandardInput, Phase::rendering},
    {"end of a retry in place", TrialCommand::retryInPlace, Phase::rendering}};

/// The sandbox of all trials of a stage.
std::unique_ptr<SandboxProcess> makeTrialSandbox(TrialCommand command, const CrashRig& files);

/// One small command in a folder of its own, disturbed at one system call and then continued. All
/// that must hold is checked on the way.
class Trial
{
public:
    /// The number tells the trials of a sandbox apart. Brings the command to the stage.
    Trial(const TrialStage& stage, const SandboxProcess& sandbox, std::size_t number);

    /// The command under strace, which does something to its n-th call. Judged by afterStop().
    Ended disturb(const std::string& call, const std::string& what, const std::string& when,
                  const std::string& file = {}) const;

    /// To be called when the command was cut short: checks what stands now.
    void afterStop() { audit_.afterStop(); }

    /// The same command once more, which must come to the end.
    void continueToTheEnd();

    /// Checks the results of a finished command.
    void atEnd();

    /// Requests of the disturbed command so far.
    std::size_t sent() const;
    std::size_t repeats() const { return audit_.repeats(); }

private:
    Command command(Arguments arguments) const;
    void prepareCommand();

    TrialStage stage_;
    const SandboxProcess& sandbox_;
    CrashRig rig_;
    Rows rows_;
    Audit audit_;
    Command command_;
    std::size_t sentBefore_ = 0;
};

} // namespace oauth_batch::test
