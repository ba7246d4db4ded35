#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// Something for which a whole file is refused.
struct FileProblem
{
    std::uint64_t line = 0;   ///< from 1; 0: the file as a whole
    std::uint64_t column = 0; ///< in bytes, from 1; 0: the line as a whole
    std::string message;

    bool operator==(const FileProblem&) const = default;
};

/// The problems of one file: the first hundred, and how many there are.
class FileProblems
{
public:
    static constexpr std::size_t kMostKept = 100;

    void add(std::uint64_t line, std::uint64_t column, std::string message);

    bool empty() const { return total_ == 0; }
    std::uint64_t total() const { return total_; }
    const std::vector<FileProblem>& kept() const { return kept_; }

private:
    std::vector<FileProblem> kept_;
    std::uint64_t total_ = 0;
};

/// "orders.csv:17:5: …", without column or line where there is none.
std::string describe(std::string_view fileName, const FileProblem& problem);

/// One line a problem, then "orders.csv: and 3 more problems" where not all were kept.
std::vector<std::string> describe(std::string_view fileName, const FileProblems& problems);

} // namespace oauth_batch
