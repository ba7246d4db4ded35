#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace oauth_batch::test {

/// A system call in strace's output. `begin` and `end` are places in it: a call whose `end` is
/// before another's `begin` was over when that one began.
struct TracedCall
{
    std::size_t begin = 0;
    std::size_t end = 0;
    int thread = 0;
    std::string name;
    std::string text; ///< arguments and result, as strace writes them
    bool failed = false;
};

/// Reads what `strace -f -y -o FILE` has written. Signals and ends of threads are left out; a call
/// that never returned has the end of the output as its end.
std::vector<TracedCall> parseStrace(const std::string& output);

} // namespace oauth_batch::test
