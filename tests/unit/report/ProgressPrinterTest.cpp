#include "oauth_batch/report/ProgressPrinter.h"

#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace oauth_batch;
using namespace std::chrono_literals;

namespace {

/// Stands still until it is set.
class StillClock : public Clock
{
public:
    Instant now() const override { return now_; }
    WallTime wallTime() const override { return WallTime(1'777'620'600'250ms); }
    void wait(std::unique_lock<std::mutex>&, std::condition_variable&, Instant) override {}
    void advance(std::chrono::nanoseconds time) { now_ += time; }

private:
    Instant now_{100h};
};

/// A pair of descriptors: what is written to one is read at the other, without waiting.
class Channel
{
public:
    ~Channel()
    {
        closeReader();
        ::close(writer_);
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    int writer() const { return writer_; }

    void closeReader()
    {
        if (reader_ >= 0) ::close(reader_);
        reader_ = -1;
    }

    std::string take() const
    {
        std::string text;
        std::array<char, 4096> buffer{};
        for (ssize_t size = 0; (size = ::read(reader_, buffer.data(), buffer.size())) > 0;)
            text.append(buffer.data(), static_cast<std::size_t>(size));
        return text;
    }

protected:
    Channel() = default;

    int reader_ = -1;
    int writer_ = -1;
};

class Pipe : public Channel
{
public:
    Pipe()
    {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0);
        reader_ = ends[0];
        writer_ = ends[1];
    }
};

class Terminal : public Channel
{
public:
    explicit Terminal(unsigned short columns)
    {
        reader_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        BOOST_REQUIRE(reader_ >= 0 && ::grantpt(reader_) == 0 && ::unlockpt(reader_) == 0);
        writer_ = ::open(::ptsname(reader_), O_RDWR | O_NOCTTY | O_CLOEXEC);
        BOOST_REQUIRE(writer_ >= 0);
        setColumns(columns);
    }

    void setColumns(unsigned short columns) const
    {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = columns;
        BOOST_REQUIRE(::ioctl(writer_, TIOCSWINSZ, &size) == 0);
    }
};

ProgressState stateAt(std::uint64_t done)
{
    ProgressState state;
    state.done = state.succeeded = done;
    state.total = 100;
    return state;
}

struct Environment
{
    Environment()
    {
        ::setenv("TERM", "xterm", 1);
        ::setenv("LC_ALL", "C", 1);
    }

    StillClock clock;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ProgressPrinterTest, Environment)

BOOST_AUTO_TEST_CASE(modesHaveTheNamesOfTheOption)
{
    BOOST_TEST((parseProgressMode("auto") == ProgressMode::automatic));
    BOOST_TEST((parseProgressMode("bar") == ProgressMode::bar));
    BOOST_TEST((parseProgressMode("plain") == ProgressMode::plain));
    BOOST_TEST((parseProgressMode("none") == ProgressMode::none));
    for (const char* other : {"", "automatic", "Bar", "plain "})
        BOOST_TEST(!parseProgressMode(other).has_value());
}

BOOST_AUTO_TEST_CASE(automaticIsABarOnATerminalOnly)
{
    const Pipe pipe;
    const Terminal terminal(80);
    const auto mode = [this](int descriptor) {
        return ProgressPrinter(ProgressMode::automatic, clock, descriptor).mode();
    };
    BOOST_TEST((mode(terminal.writer()) == ProgressMode::bar));
    BOOST_TEST((mode(pipe.writer()) == ProgressMode::plain));
    BOOST_TEST((mode(-1) == ProgressMode::plain));
    ::setenv("TERM", "dumb", 1);
    BOOST_TEST((mode(terminal.writer()) == ProgressMode::plain));
    ::unsetenv("TERM");
    BOOST_TEST((mode(terminal.writer()) == ProgressMode::plain));
}

BOOST_AUTO_TEST_CASE(plainLineComesEveryThirtySeconds)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::plain, clock, pipe.writer());
    printer.tick(stateAt(1));
    clock.advance(29'999ms);
    printer.tick(stateAt(29));
    BOOST_TEST(!printer.isDue());
    BOOST_TEST(pipe.take() == "");
    clock.advance(1ms);
    BOOST_TEST(printer.isDue());
    printer.tick(stateAt(30));
    printer.tick(stateAt(31));
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z 30/100 done (30 %), 30 ok, 0 failed\n");
    clock.advance(30s);
    printer.tick(stateAt(60));
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z 60/100 done (60 %), 60 ok, 0 failed\n");
}

BOOST_AUTO_TEST_CASE(plainEventIsALineAtOnce)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::plain, clock, pipe.writer());
    printer.note("throttled\nby \x1B[31mthe API");
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z throttled?by ?[31mthe API\n");
}

BOOST_AUTO_TEST_CASE(plainFinishIsALine)
{
    const Pipe pipe;
    {
        ProgressPrinter printer(ProgressMode::plain, clock, pipe.writer());
        printer.finish(stateAt(100));
    }
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z 100/100 done (100 %), 100 ok, 0 failed\n");
}

BOOST_AUTO_TEST_CASE(noneIsSilent)
{
    const Pipe pipe;
    {
        ProgressPrinter printer(ProgressMode::none, clock, pipe.writer());
        clock.advance(1h);
        BOOST_TEST(!printer.isDue());
        printer.tick(stateAt(1));
        printer.note("event");
        printer.finish(stateAt(2));
    }
    BOOST_TEST(pipe.take() == "");
}

BOOST_AUTO_TEST_CASE(barIsRewrittenFiveTimesASecond)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
    int lines = 0;
    for (int i = 0; i < 100; ++i, clock.advance(10ms)) {
        printer.tick(stateAt(1));
        lines += pipe.take().empty() ? 0 : 1;
    }
    BOOST_TEST(lines == 5);
}

BOOST_AUTO_TEST_CASE(barStaysOnItsLineUntilTheEnd)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
    printer.tick(stateAt(1));
    const std::string first = pipe.take();
    BOOST_TEST(first.starts_with("\r["));
    BOOST_TEST(first.ends_with("1/100  1 %  1 ok\x1B[K"));
    BOOST_TEST(first.find('\n') == std::string::npos);
    printer.finish(stateAt(100));
    BOOST_TEST(pipe.take().ends_with("100/100  100 %  100 ok\x1B[K\n"));
}

BOOST_AUTO_TEST_CASE(eventStandsAboveTheBar)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
    printer.note("before any bar");
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z before any bar\n");
    printer.tick(stateAt(1));
    std::string bar = pipe.take();
    bar = bar.substr(1, bar.size() - 1 - 3);
    printer.note("throttled");
    BOOST_TEST(pipe.take() == "\r2026-05-01T07:30:00Z throttled\x1B[K\n" + bar);
}

BOOST_AUTO_TEST_CASE(endOfThePrinterEndsTheLine)
{
    const Pipe pipe;
    {
        ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
        printer.tick(stateAt(1));
        pipe.take();
    }
    BOOST_TEST(pipe.take() == "\n");
    {
        ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
        printer.finish(stateAt(1));
        pipe.take();
    }
    BOOST_TEST(pipe.take() == "");
    {
        const ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
    }
    BOOST_TEST(pipe.take() == "");
}

BOOST_AUTO_TEST_CASE(barFollowsTheWidthOfTheTerminal)
{
    const Terminal terminal(40);
    ProgressPrinter printer(ProgressMode::automatic, clock, terminal.writer());
    for (const unsigned short columns : std::array<unsigned short, 3>{40, 20, 120}) {
        terminal.setColumns(columns);
        clock.advance(1s);
        printer.tick(stateAt(50));
        const std::string line = terminal.take();
        BOOST_TEST_REQUIRE(line.size() > 4U);
        const std::size_t shown = line.size() - 4; // CR and the erasing sequence
        BOOST_TEST(shown < columns);
        BOOST_TEST(line.find("50/100") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(readerThatHasGoneIsNoError)
{
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    Pipe pipe;
    ProgressPrinter printer(ProgressMode::bar, clock, pipe.writer());
    printer.tick(stateAt(1));
    pipe.closeReader();
    clock.advance(1s);
    BOOST_TEST(printer.isDue());
    printer.tick(stateAt(2));
    clock.advance(1s);
    BOOST_TEST(!printer.isDue());
    printer.note("event");
    printer.finish(stateAt(3));
    static_cast<void>(std::signal(SIGPIPE, before));
}

BOOST_AUTO_TEST_CASE(closedDescriptorIsNoError)
{
    ProgressPrinter printer(ProgressMode::bar, clock, -1);
    printer.tick(stateAt(1));
    printer.note("event");
    printer.finish(stateAt(2));
    BOOST_TEST(!printer.isDue());
}

BOOST_AUTO_TEST_CASE(fullPipeDoesNotHoldTheRunUp)
{
    const Pipe pipe;
    ProgressPrinter printer(ProgressMode::plain, clock, pipe.writer());
    for (int i = 0; i < 2000; ++i)
        printer.note(std::string(100, 'x'));
    BOOST_TEST(!pipe.take().empty());
    printer.note("again");
    BOOST_TEST(pipe.take() == "2026-05-01T07:30:00Z again\n");
}

BOOST_AUTO_TEST_SUITE_END()
