#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace oauth_batch::test {

/// The most of these moments, in ascending order, that any window, half open, of this length holds.
template <class Moment>
std::size_t mostInAWindow(const std::vector<Moment>& moments, std::chrono::nanoseconds length)
{
    std::size_t most = 0;
    for (auto first = moments.begin(); first != moments.end(); ++first) {
        const auto end = std::lower_bound(first, moments.end(), *first + length);
        most = std::max(most, static_cast<std::size_t>(end - first));
    }
    return most;
}

/// How many a second, from the first to the last.
template <class Moment>
double perSecond(const std::vector<Moment>& moments)
{
    if (moments.size() < 2) return 0;
    const std::chrono::duration<double> span = moments.back() - moments.front();
    return static_cast<double>(moments.size() - 1) / span.count();
}

} // namespace oauth_batch::test
