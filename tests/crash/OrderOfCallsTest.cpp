#include "StraceLog.h"
#include "Trial.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <ostream>

using namespace oauth_batch::test;

namespace {

constexpr std::size_t kRows = 5;
constexpr const char* kCalls =
    "trace=write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync,rename,renameat,renameat2,unlink,"
    "unlinkat,openat,ftruncate";

/// Records synced one by one, or not before a second is over.
struct SyncCase
{
    const char* name;
    Arguments options;
    bool eachRecord;
};

std::ostream& operator<<(std::ostream& out, const SyncCase& one)
{
    return out << one.name;
}

const std::vector<SyncCase> kSyncs = {{"slow, auto", {"--rate=20/s"}, true},
                                      {"fast, always", {"--rate=off", "--sync=always"}, true},
                                      {"fast, auto", {"--rate=off"}, false}};

/// The calls of a finished command, and questions to them. A call that is missing fails the test.
class Order : public CrashRig
{
public:
    void trace(const Arguments& arguments, const char* calls = kCalls)
    {
        const Ended ended = Process::run(traced(
            program(arguments), {"-y", "-s", "300", "-o", path("trace").string(), "-e", calls}));
        BOOST_REQUIRE_MESSAGE(ended.exitCode == 0, describe(ended));
        calls_ = parseStrace(read("trace"));
    }

    using Test = std::function<bool(const TracedCall&)>;

    const TracedCall* find(const Test& test) const
    {
        const auto found = std::find_if(calls_.begin(), calls_.end(), test);
        return found == calls_.end() ? nullptr : &*found;
    }

    const TracedCall& first(const std::string& name, const std::string& part,
                            const std::string& otherPart = {}) const
    {
        const TracedCall* call = find([&](const TracedCall& one) {
            return !one.failed && one.name == name && contains(one.text, part) &&
                   contains(one.text, otherPart);
        });
        BOOST_REQUIRE_MESSAGE(call != nullptr, "no " << name << " with " << part << otherPart);
        return *call;
    }

    /// The first of these calls that begins after another one is over.
    const TracedCall* after(const TracedCall& before, const std::string& name,
                            const std::string& part) const
    {
        return find([&](const TracedCall& one) {
            return !one.failed && one.begin > before.end && one.name == name &&
                   contains(one.text, part);
        });
    }

    const TracedCall& last(const std::string& name, const std::string& part,
                           const std::string& otherPart = {}) const
    {
        const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [&](const TracedCall& one) {
            return !one.failed && one.name == name && contains(one.text, part) &&
                   contains(one.text, otherPart);
        });
        BOOST_REQUIRE_MESSAGE(found != calls_.rend(), "no " << name << " with " << part);
        return *found;
    }

    /// That a sync of the file (none: of the folder) begins after one call and is over before the
    /// other.
    void checkSynced(const TracedCall& written, const std::string& call, const std::string& file,
                     const TracedCall& needed) const
    {
        const std::string place = (file.empty() ? path("").parent_path() : path(file)).string();
        const TracedCall* sync = after(written, call, '<' + place + '>');
        BOOST_REQUIRE_MESSAGE(sync != nullptr, "no " << call << " after " << written.text);
        BOOST_TEST(sync->end < needed.begin,
                   written.text << " is not synced before " << needed.name << needed.text);
    }

    const std::vector<TracedCall>& calls() const { return calls_; }

private:
    std::vector<TracedCall> calls_;
};

void checkRow(const Order& order, std::size_t row, const std::string& target, bool synced)
{
    const std::string number = std::to_string(row);
    const TracedCall& intent = order.first("write", " intend " + number + ' ', kJournal);
    const TracedCall& request = order.first("sendto", "POST " + target + ' ');
    const TracedCall& outcome = order.first("write", " outcome " + number + " succeeded", kJournal);
    BOOST_TEST(intent.end < request.begin, "row " << row);
    BOOST_TEST(request.end < outcome.begin, "row " << row);
    // Found backwards from the next thing this worker sends.
    const TracedCall* next = order.find([&](const TracedCall& one) {
        return one.name == "sendto" && one.thread == request.thread && one.begin > request.end;
    });
    if (next != nullptr) BOOST_TEST(outcome.end < next->begin, "row " << row);
    if (!synced) return;
    order.checkSynced(intent, "fdatasync", kJournal, request);
    if (next != nullptr) order.checkSynced(outcome, "fdatasync", kJournal, *next);
}

/// Temporary file, its digest, rename, folder, journal: each durable before the next.
void checkEnd(const Order& order)
{
    const TracedCall& rename = order.first("rename", kTemporary, kResults);
    const TracedCall& unlink = order.first("unlink", kJournal);
    const TracedCall& digest = order.last("write", " results ", kJournal);
    order.checkSynced(order.last("write", order.path(kTemporary).string() + '>'), "fsync",
                      kTemporary, rename);
    order.checkSynced(digest, "fdatasync", kJournal, rename);
    order.checkSynced(rename, "fsync", "", unlink);
    BOOST_REQUIRE(order.after(unlink, "fsync", ">") != nullptr);
    for (const TracedCall& call : order.calls()) {
        const bool writes =
            call.name == "write" && contains(call.text, '<' + order.path(kResults).string());
        const bool changes = writes || call.name == "rename" ||
                             (call.name == "openat" && contains(call.text, kResults) &&
                              contains(call.text, "O_CREAT"));
        if (call.begin > unlink.begin && changes) {
            BOOST_TEST(false, "after the journal's end: " << call.name << call.text);
        }
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(OrderOfCalls, Order)

BOOST_DATA_TEST_CASE(intentThenRequestThenOutcomeThenResults, boost::unit_test::data::make(kSyncs),
                     sync)
{
    if (!canTrace()) return;
    const SandboxProcess sandbox;
    const Rows rows{1, kRows};
    write(kInput, rows.input());
    Arguments arguments = {"run", kInput, "--workers=2"};
    arguments.insert(arguments.end(), sync.options.begin(), sync.options.end());
    trace(against(sandbox.url(), arguments));

    const TracedCall& header = first("write", " journal 1 run ", kJournal);
    const TracedCall& created = first("openat", kJournal, "O_CREAT");
    const TracedCall& request = first("sendto", "POST /api/");
    checkSynced(header, "fdatasync", kJournal, request);
    checkSynced(created, "fsync", "", request);
    for (std::size_t row = 1; row <= kRows; ++row)
        checkRow(*this, row, rows.target(row), sync.eachRecord);
    checkEnd(*this);
    BOOST_TEST(!contains(read("trace"), "O_TRUNC"));
}

BOOST_AUTO_TEST_CASE(retryInPlaceKeepsTheSameOrder)
{
    if (!canTrace()) return;
    const Rows rows{1, kRows};
    const CrashRig files;
    const auto sandbox = makeTrialSandbox(TrialCommand::retryInPlace, files);
    write(kInput, rows.input());
    CHECK_EXIT(Process::run(program(against(sandbox->url(), {"run", kInput}))), 1);
    trace(against(sandbox->url(), {"retry", kResults, "--workers=2", "--rate=20/s"}));
    for (std::size_t row = 1; row <= kRows; ++row)
        checkRow(*this, row, rows.target(row), true);
    checkEnd(*this);
}

/// What becomes of a core depends on the system's core_pattern: the limit is for those that are
/// files, the other for those that a program receives.
BOOST_AUTO_TEST_CASE(processIsKeptOutOfCoreDumpsBeforeItHoldsTheToken)
{
    if (!canTrace()) return;
    const SandboxProcess sandbox;
    write(kInput, assignments(1));
    write("token", std::string(kToken));
    std::filesystem::permissions(path("token"), std::filesystem::perms::owner_read);
    trace(against(sandbox.url(), {"run", kInput, "--token-file=token"}),
          "trace=prctl,setrlimit,prlimit64,openat,read");
    const TracedCall& token = first("openat", "\"token\"");
    BOOST_TEST(first("prctl", "PR_SET_DUMPABLE, SUID_DUMP_DISABLE").end < token.begin);
    BOOST_TEST(first("prlimit64", "RLIMIT_CORE, {rlim_cur=0, rlim_max=0}").end < token.begin);
    const TracedCall* const undone = find([&](const TracedCall& one) {
        return contains(one.text, "PR_SET_DUMPABLE, SUID_DUMP_USER");
    });
    BOOST_TEST(undone == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
