// Whatever stands in a quota file: it is a record of ours or none, and a pacer that finds it either
// refuses it, untouched, or goes on at a pace and leaves a record. The bytes are tried as a file,
// and as the fields of a record with the right checksum, to get past that.

#include "Fuzz.h"
#include "QuotaRecord.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/schedule/SharedPacer.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <stdlib.h>

namespace {

using namespace oauth_batch;
using fuzz::require;
using std::chrono::nanoseconds;

const std::string kBootId(QuotaRecord::kBootIdSize, 'b');
constexpr nanoseconds kInterval = std::chrono::milliseconds(1010);
constexpr Instant kNow{std::chrono::hours(100)};
/// The longest pause that is believed, and more slots than anybody holds.
constexpr auto kFarthest = std::chrono::hours(7 * 24) + 2 * 2048 * std::chrono::hours(2);

class File
{
public:
    File()
    {
        std::string folder = (std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string();
        require(::mkdtemp(folder.data()) != nullptr);
        folder_ = folder;
    }
    ~File()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    std::string path() const { return (folder_ / "quota").string(); }
    void write(std::string_view bytes) const
    {
        std::ofstream file(path(), std::ios::binary | std::ios::trunc);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    std::string read() const
    {
        std::ifstream file(path(), std::ios::binary);
        return std::string{std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::filesystem::path folder_;
};

void checkRecord(std::string_view bytes)
{
    const auto record = QuotaRecord::parse(bytes);
    if (!record) return;
    require(record->toString() == bytes && QuotaRecord::mayBeOurs(bytes));
    require(record->interval.count() >= 0);
    // With any time of one's own, the first after a boot included.
    record->isPlausible(kInterval, Instant());
    record->isPlausible(std::chrono::hours(1), kNow);
}

void usePacer(const File& file)
{
    SharedPacer pacer(file.path(), kInterval, kBootId);
    const Instant first = pacer.reserve(kNow);
    require(first >= kNow && first - kNow <= kFarthest);
    require(pacer.reserve(kNow) >= first + kInterval);
    pacer.pauseUntil(first + std::chrono::minutes(1));
    require(pacer.pausedUntil() >= first + std::chrono::minutes(1));
    require(pacer.reserve(kNow) >= first + std::chrono::minutes(1));
    const auto left = QuotaRecord::parse(file.read());
    require(left && left->bootId == kBootId && left->interval == kInterval);
}

void examine(std::string_view bytes)
{
    static const File file;
    checkRecord(bytes);
    file.write(bytes);
    try {
        usePacer(file);
    } catch (const DataError&) {
        require(!QuotaRecord::mayBeOurs(bytes.substr(0, QuotaRecord::kSize + 1)));
        require(file.read() == bytes);
    }
}

/// The next eight bytes as nanoseconds that a record can hold.
nanoseconds takeTime(std::string_view& bytes)
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
    bytes.remove_prefix(std::min(bytes.size(), sizeof value));
    return nanoseconds(static_cast<std::int64_t>(value >> 1U));
}

std::string recordOf(std::string_view bytes)
{
    QuotaRecord record;
    record.bootId = kBootId;
    record.pace.lastStart = Instant(takeTime(bytes));
    record.pace.pausedUntil = Instant(takeTime(bytes));
    record.interval = takeTime(bytes);
    return record.toString();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes = fuzz::textOf(data, size);
    if (bytes.size() <= 4 * QuotaRecord::kSize) examine(bytes);
    examine(recordOf(bytes));
    return 0;
}
