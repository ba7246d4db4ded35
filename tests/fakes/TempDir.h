#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace oauth_batch::test {

/// A folder of its own for a test. Removed at the end, but kept (and named in the log) where the
/// test case that is running has failed by then.
class TempDir
{
public:
    TempDir();
    ~TempDir();

    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const
    {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

/// The whole content; throws std::runtime_error where the file cannot be read.
std::string readFile(const std::filesystem::path& file);

/// Replaces the content.
void writeFile(const std::filesystem::path& file, std::string_view content);

} // namespace oauth_batch::test
