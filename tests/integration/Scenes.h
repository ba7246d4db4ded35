#pragma once

#include <boost/test/tree/test_case_counter.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <map>
#include <string>
#include <utility>

namespace oauth_batch::test {

/// Scenes that mostly wait, played side by side: one for each test case of a suite, by its name.
/// The first result() starts those of all cases that this run has not left out. A scene runs in a
/// thread of its own, so it must not use Boost.Test's macros, which are not thread-safe: it returns
/// what it has seen, and the case judges it.
template <class Seen>
class Scenes
{
public:
    using Play = std::function<Seen()>;

    explicit Scenes(std::map<std::string, Play> plays) : plays_(std::move(plays)) {}

    /// What the running test case's scene has seen. Blocks until it has ended; rethrows what ended
    /// it.
    const Seen& result()
    {
        namespace framework = boost::unit_test::framework;
        const auto& current = framework::current_test_case();
        if (futures_.empty())
            start(framework::get<boost::unit_test::test_suite>(current.p_parent_id));
        return futures_.at(current.p_name).get();
    }

private:
    void start(const boost::unit_test::test_suite& suite)
    {
        for (const auto& [name, play] : plays_) {
            const auto id = suite.get(name);
            if (id == boost::unit_test::INV_TEST_UNIT_ID)
                throw std::logic_error("no test case is called " + name);
            const auto& unit = boost::unit_test::framework::get(id, boost::unit_test::TUT_CASE);
            if (unit.is_enabled()) futures_[name] = std::async(std::launch::async, play);
        }
    }

    const std::map<std::string, Play> plays_;
    std::map<std::string, std::shared_future<Seen>> futures_;
};

} // namespace oauth_batch::test
