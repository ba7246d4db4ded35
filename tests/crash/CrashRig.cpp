#include "CrashRig.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <pwd.h>
#include <unistd.h>

namespace oauth_batch::test {

namespace {

bool succeeds(const Arguments& arguments)
{
    Command command;
    command.arguments = arguments;
    return std::filesystem::exists(arguments.front()) && Process::run(command).exitCode == 0;
}

/// What strace needs before it to read the program's memory, which is not dumpable: that is shown
/// to who has CAP_SYS_PTRACE over it (ptrace(2)), as root has, and as the root of a user namespace
/// has over what is started there.
const Arguments& privilege()
{
    static const Arguments found = [] {
        for (const Arguments& way :
             {Arguments{"/usr/bin/unshare", "--map-root-user"}, Arguments{"/usr/bin/sudo", "-n"}}) {
            Arguments trial = way;
            trial.emplace_back("/bin/true");
            if (::geteuid() != 0 && succeeds(trial)) return way;
        }
        return Arguments();
    }();
    return found;
}

/// sudo passes no environment on, and strace is to start the program as who we are.
void keepUserAndEnvironment(Arguments& arguments, const Command& command, Arguments& strace)
{
    arguments.emplace_back("/usr/bin/env");
    for (const auto& [name, value] : command.environment)
        arguments.push_back(name + '=' + value);
    const passwd* const user = ::getpwuid(::geteuid()); // NOLINT(concurrency-mt-unsafe)
    if (user != nullptr) strace.insert(strace.end(), {"-u", user->pw_name});
}

} // namespace

std::size_t setting(const char* name, std::size_t usual)
{
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? usual : std::stoul(value);
}

std::string Rows::input() const
{
    std::string text = "operation,managed_user_id,profile_id\n";
    for (std::size_t row = 0; row < count; ++row)
        text += "assign," + std::to_string(firstCustomer + row) + ",322\n";
    return text;
}

std::string Rows::target(std::size_t row) const
{
    return assignTarget(std::to_string(firstCustomer + row - 1));
}

Command CrashRig::program(const Arguments& arguments) const
{
    Command result = command(arguments);
    const char* other = std::getenv("OAUTH_BATCH_PROGRAM"); // NOLINT(concurrency-mt-unsafe)
    if (other != nullptr) result.arguments.front() = other;
    return result;
}

Command CrashRig::traced(Command command, const Arguments& strace)
{
    Arguments arguments = privilege();
    Arguments tracer = {"/usr/bin/strace", "-f", "-qq"};
    if (!arguments.empty() && arguments.front() == "/usr/bin/sudo")
        keepUserAndEnvironment(arguments, command, tracer);
    arguments.insert(arguments.end(), tracer.begin(), tracer.end());
    arguments.insert(arguments.end(), strace.begin(), strace.end());
    arguments.emplace_back("--");
    command.arguments.insert(command.arguments.begin(), arguments.begin(), arguments.end());
    return command;
}

Arguments CrashRig::injection(const std::string& call, const std::string& what,
                              const std::string& when, const std::string& file) const
{
    Arguments arguments = {"-o", path("trace").string(),
                           "-e", "trace=" + call,
                           "-e", "inject=" + call + ':' + what + ":when=" + when};
    // As the program writes it, and as the kernel knows the open file.
    if (!file.empty()) arguments.insert(arguments.end(), {"-P", file, "-P", path(file).string()});
    return arguments;
}

std::optional<JournalView> CrashRig::journal() const
{
    if (!exists(kJournal)) return std::nullopt;
    JournalView view;
    std::istringstream records(read(kJournal));
    for (std::string line; std::getline(records, line) && !records.eof();) {
        std::istringstream fields(line);
        std::string checksum;
        std::string length;
        std::string word;
        std::size_t row = 0;
        fields >> checksum >> length >> word >> row;
        if (word == "session") view.inFlight.clear();
        if (word == "journal" || word == "session" || word == "results") continue;
        view.concluded.erase(row);
        view.inFlight.erase(row);
        if (word == "outcome") view.concluded.insert(row);
        if (word == "intend") view.inFlight.insert(row);
    }
    return view;
}

Audit::Audit(const CrashRig& rig, const SandboxProcess& sandbox, Rows rows, std::size_t workers)
    : rig_(rig), sandbox_(sandbox), rows_(rows), workers_(workers)
{
    for (std::size_t row = 1; row <= rows_.count; ++row)
        rowOf_[rows_.target(row)] = row;
}

std::map<std::size_t, std::vector<SandboxProcess::Request>> Audit::requests() const
{
    std::map<std::size_t, std::vector<SandboxProcess::Request>> result;
    for (const SandboxProcess::Request& request : sandbox_.requests()) {
        const auto found = rowOf_.find(request.target);
        if (found != rowOf_.end()) result[found->second].push_back(request);
    }
    return result;
}

void Audit::afterStop()
{
    ++stops_;
    checkClaims();
    const std::optional<JournalView> journal = rig_.journal();
    if (!journal) {
        // It is gone only when everything is in the results.
        if (!finished_.empty()) BOOST_TEST(rig_.exists(kResults));
        return;
    }
    auto sent = requests();
    BOOST_TEST(journal->inFlight.size() <= workers_);
    for (const std::size_t row : journal->inFlight)
        ++interrupted_[row];
    for (const auto& [row, before] : finished_)
        BOOST_TEST(journal->concluded.count(row) == 1U, "row " << row << " is forgotten");
    for (const std::size_t row : journal->concluded) {
        BOOST_TEST(!sent[row].empty(), "row " << row << " has an outcome without a request");
        finished_.emplace(row, sent[row].size());
    }
}

void Audit::checkClaims() const
{
    if (!rig_.exists(kResults)) return;
    const CsvTable results = rig_.table(kResults);
    BOOST_TEST(results.size() == rows_.count);
    const auto sent = requests();
    for (std::size_t row = 1; row <= results.size(); ++row) {
        if (results.at(row - 1, "result_status") != "succeeded") continue;
        const auto found = sent.find(row);
        const bool confirmed =
            found != sent.end() &&
            std::any_of(found->second.begin(), found->second.end(),
                        [](const SandboxProcess::Request& one) { return one.status == 200; });
        BOOST_TEST(confirmed, "row " << row << " did not succeed");
    }
}

void Audit::checkRow(const CsvTable& results, std::size_t row, std::size_t sent)
{
    if (allSucceed) BOOST_TEST(results.at(row - 1, "result_status") == "succeeded");
    BOOST_TEST(results.at(row - 1, "result_row") == std::to_string(row));
    const auto finished = finished_.find(row);
    if (finished != finished_.end()) {
        BOOST_TEST(sent == finished->second, "row " << row << " was sent again when finished");
    }
    const std::size_t interrupted = interrupted_.contains(row) ? interrupted_.at(row) : 0;
    const std::size_t attempts = std::stoul(results.at(row - 1, "result_attempts"));
    BOOST_TEST(sent >= needed(row), "row " << row << ": " << sent << " requests");
    BOOST_TEST(sent <= needed(row) + interrupted,
               "row " << row << ": " << sent << " requests, " << interrupted << " times in flight");
    // A row that was in flight counts as sent, though nobody knows whether a byte left.
    BOOST_TEST(attempts >= sent, "row " << row);
    BOOST_TEST(attempts <= sent + interrupted, "row " << row);
    if (sent <= needed(row)) return;
    repeats_ += sent - needed(row);
    BOOST_TEST(contains(results.at(row - 1, "result_message"), "sent again"), "row " << row);
}

void Audit::atEnd()
{
    checkClaims();
    BOOST_TEST(!rig_.exists(kJournal));
    BOOST_TEST(!rig_.exists(kTemporary));
    BOOST_TEST(!rig_.exists(kInputCopy));
    BOOST_TEST(!rig_.exists(kInputCopyTemporary));
    BOOST_REQUIRE(rig_.exists(kResults));
    const CsvTable results = rig_.table(kResults);
    BOOST_REQUIRE_EQUAL(results.size(), rows_.count);
    auto sent = requests();
    for (std::size_t row = 1; row <= rows_.count; ++row)
        checkRow(results, row, sent[row].size());
    BOOST_TEST(repeats_ <= stops_ * workers_);
}

std::vector<std::string> content(const CsvTable& results)
{
    std::vector<std::string> records;
    for (std::size_t row = 0; row < results.size(); ++row) {
        std::string record;
        for (const char* column :
             {"operation", "managed_user_id", "profile_id", "result_row", "result_status",
              "result_http_status", "result_error_code", "result_request"}) {
            record += results.at(row, column) + '|';
        }
        records.push_back(std::move(record));
    }
    return records;
}

bool canTrace()
{
#ifdef OAUTH_BATCH_SANITIZED
    std::cout << "skipped: strace and sanitizers do not go together\n";
    return false;
#else
    const CrashRig rig;
    if (!std::filesystem::exists("/usr/bin/strace")) {
        std::cout << "skipped: strace is not installed (scripts/setup test)\n";
        return false;
    }
    const Ended ended = Process::run(
        CrashRig::traced(rig.program({"--version"}), rig.injection("write", "delay_enter=1", "1")));
    const bool sees = rig.exists("trace") && contains(rig.read("trace"), "\"oauth-batch ");
    if (ended.exitCode == 0 && sees) return true;
    std::cout << "skipped: strace may not trace and read the program here (it needs root, user "
                 "namespaces or sudo without a password): "
              << ended.err << '\n';
    return false;
#endif
}

} // namespace oauth_batch::test
