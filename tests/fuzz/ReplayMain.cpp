// Runs an entry point without libFuzzer: every file of the named folders as it is, then cut off at
// many places and with single bytes changed, always the same ones. A file that is named itself is
// run as it is only. The input under which the program dies is left in the current folder.

#include "Fuzz.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

// The sanitizers would end the program by themselves, each in a way of its own; so they raise a
// signal that is caught here.
extern "C" const char* __asan_default_options()
{
    return "abort_on_error=1";
}
extern "C" const char* __ubsan_default_options()
{
    return "abort_on_error=1";
}
extern "C" const char* __tsan_default_options()
{
    return "abort_on_error=1";
}

namespace {

namespace fs = std::filesystem;

/// Each variant costs microseconds to a millisecond; all of a target shall take seconds.
#ifdef OAUTH_BATCH_SANITIZED
constexpr std::size_t kVariants = 1500;
#else
constexpr std::size_t kVariants = 6000;
#endif

std::string current;
std::string crashFile;

/// Async-signal-safe.
void saveCurrent()
{
    const int file = ::open(crashFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ::write(file, current.data(), current.size()) < 0) return;
    const auto say = [](std::string_view text) {
        return ::write(STDERR_FILENO, text.data(), text.size());
    };
    if (say("the input that did it: ") < 0 || say(crashFile) < 0 || say("\n") < 0) return;
    ::close(file);
}

extern "C" void onSignal(int number)
{
    saveCurrent();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

void run(std::string_view input)
{
    current = input;
    // Memory of exactly this size, so that AddressSanitizer sees a byte too many.
    const auto bytes = std::make_unique<std::uint8_t[]>(current.size());
    std::copy(current.begin(), current.end(), bytes.get());
    LLVMFuzzerTestOneInput(bytes.get(), current.size());
}

void runCutOff(std::string_view input, std::size_t count)
{
    const std::size_t step = std::max<std::size_t>(1, input.size() / count);
    for (std::size_t size = 0; size < input.size(); size += step)
        run(input.substr(0, size));
}

void runChanged(std::string_view input, std::size_t count)
{
    constexpr std::array<unsigned char, 6> kMasks = {0x01, 0x80, 0x20, 0xFF, 0x10, 0x04};
    std::string changed(input);
    const std::size_t step = std::max<std::size_t>(1, input.size() / count);
    for (std::size_t at = 0; at < input.size(); at += step) {
        const char before = changed[at];
        changed[at] = static_cast<char>(before ^ kMasks[at % kMasks.size()]);
        run(changed);
        changed[at] = before;
    }
}

std::string contentOf(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(66);
    }
    return content;
}

/// The number of files.
std::size_t runFolder(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& path : files) {
        const std::string content = contentOf(path);
        const std::size_t each = kVariants / 2 / files.size() + 1;
        run(content);
        runCutOff(content, each);
        runChanged(content, each);
    }
    return files.size();
}

} // namespace

int main(int count, char* words[])
{
    const fs::path program = words[0];
    crashFile = (fs::current_path() / (program.filename().string() + ".crash")).string();
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
        std::signal(number, &onSignal);
    std::size_t files = 0;
    for (int at = 1; at < count; ++at) {
        const fs::path path = words[at];
        if (fs::is_directory(path)) {
            files += runFolder(path);
        } else {
            run(contentOf(path));
            ++files;
        }
    }
    std::printf("%zu files replayed\n", files);
    // A target without a corpus would be a test that cannot fail.
    return files == 0 ? 1 : 0;
}
