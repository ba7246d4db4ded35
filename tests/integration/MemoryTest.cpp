#include "Rig.h"
#include "SandboxProcess.h"

#include <boost/test/unit_test.hpp>

#include <fstream>

using namespace oauth_batch::test;

namespace {

#ifdef OAUTH_BATCH_SANITIZED
constexpr std::size_t kMany = 5'000; // Their memory tells nothing: only that it works.
constexpr bool kMeasures = false;
#else
constexpr std::size_t kMany = 100'000;
constexpr bool kMeasures = true;
#endif
constexpr std::size_t kFew = kMany / 10;

// Not through Rig::write: the test's own memory would count as the child's until its exec.
void writeRows(const std::filesystem::path& file, std::size_t rows)
{
    std::ofstream out(file);
    out << "operation,external_id,profile_id,note\n";
    for (std::size_t row = 0; row < rows; ++row) {
        out << "assign,customer-" << row << ",322,\"a note, as long as notes are, of row " << row
            << "\"\n";
    }
}

std::size_t countSucceeded(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::size_t rows = 0;
    for (std::string line; std::getline(in, line);)
        rows += contains(line, ",succeeded,200,,");
    return rows;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(Memory, Rig)

BOOST_AUTO_TEST_CASE(staysFlatFromTenThousandToAHundredThousandRows)
{
    SandboxProcess sandbox;
    long peaks[2] = {0, 0};
    int index = 0;
    for (const std::size_t rows : {kFew, kMany}) {
        writeRows(path("in.csv"), rows);
        const auto command =
            this->command(against(sandbox.url(), {"run", "in.csv", "--workers=8", "--overwrite"}));
        const Ended ended = Process::run(command, std::chrono::minutes{10});
        CHECK_EXIT(ended, 0);
        BOOST_TEST(countSucceeded(path("in.results.csv")) == rows);
        BOOST_TEST_MESSAGE(rows << " rows: peak " << ended.peakMemoryKiB / 1024 << " MiB, "
                                << ended.elapsed.count() << " ms, " << ended.cpu.count()
                                << " ms of processor time");
        peaks[index++] = ended.peakMemoryKiB;
    }
    if (kMeasures) {
        BOOST_TEST(peaks[1] < 64 * 1024);
        BOOST_TEST(peaks[1] - peaks[0] < 24 * 1024);
    }
}

BOOST_AUTO_TEST_SUITE_END()
