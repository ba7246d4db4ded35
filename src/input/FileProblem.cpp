#include "oauth_batch/input/FileProblem.h"

#include <utility>

namespace oauth_batch {

void FileProblems::add(std::uint64_t line, std::uint64_t column, std::string message)
{
    ++total_;
    if (kept_.size() < kMostKept) kept_.push_back({line, column, std::move(message)});
}

std::string describe(std::string_view fileName, const FileProblem& problem)
{
    std::string text(fileName);
    if (problem.line != 0) text += ':' + std::to_string(problem.line);
    if (problem.line != 0 && problem.column != 0) text += ':' + std::to_string(problem.column);
    return text + ": " + problem.message;
}

std::vector<std::string> describe(std::string_view fileName, const FileProblems& problems)
{
    std::vector<std::string> lines;
    for (const FileProblem& problem : problems.kept())
        lines.push_back(describe(fileName, problem));
    const std::uint64_t more = problems.total() - problems.kept().size();
    if (more != 0)
        lines.push_back(std::string(fileName) + ": and " + std::to_string(more) +
                        (more == 1 ? " more problem" : " more problems"));
    return lines;
}

} // namespace oauth_batch
