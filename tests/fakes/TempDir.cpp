#include "TempDir.h"

#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/tree/test_unit.hpp>
#include <boost/test/unit_test_log.hpp>

#include <cerrno>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <stdlib.h>

namespace oauth_batch::test {

namespace {

/// Of the thread that runs the cases: only that may ask Boost.Test how they fare.
const std::thread::id kCaseThread = std::this_thread::get_id();

bool runningCaseHasFailed()
{
    namespace unit_test = boost::unit_test;
    if (std::uncaught_exceptions() > 0) return true;
    if (std::this_thread::get_id() != kCaseThread) return false;
    if (!unit_test::framework::test_in_progress()) return false;
    const auto id = unit_test::framework::current_test_unit().p_id;
    const auto& results = unit_test::results_collector.results(id);
    return results.p_assertions_failed > results.p_expected_failures || results.p_aborted;
}

} // namespace

TempDir::TempDir()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "oauth-batch-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
    }
    path_ = pattern;
}

TempDir::~TempDir()
{
    if (runningCaseHasFailed()) {
        std::cerr << "The failed test's files are kept in " << path_.string() << '\n';
        return;
    }
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string readFile(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    return std::string{std::istreambuf_iterator<char>(stream), {}};
}

void writeFile(const std::filesystem::path& file, std::string_view content)
{
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(content.data(), static_cast<std::streamsize>(content.size()));
    stream.close();
    if (!stream) throw std::runtime_error("cannot write " + file.string());
}

} // namespace oauth_batch::test
