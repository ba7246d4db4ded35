#pragma once

#include "oauth_batch/base/AppendFile.h"

#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oauth_batch::test {

/// An AppendFile in memory that keeps apart what the process, the system and the disk have, and
/// fails when told to. Sticky as the contract says; counts calls that were let through.
class MemoryAppendFile final : public AppendFile
{
public:
    explicit MemoryAppendFile(std::string content = {})
        : system_(std::move(content)), durable_(system_.size())
    {}

    // The n-th call from now on fails (1: the next one).
    void failAppend(int nth, int errnoValue) { appendFailure_ = {nth, errnoValue}; }
    void failSync(int nth, int errnoValue) { syncFailure_ = {nth, errnoValue}; }
    /// The n-th flush hands only `kept` bytes of its bytes to the system and then fails.
    void failFlush(int nth, int errnoValue, std::size_t kept = 0)
    {
        flushFailure_ = {nth, errnoValue};
        keptOfFlush_ = kept;
    }

    void append(std::string_view bytes) override
    {
        throwIfFailed();
        ++appends;
        failIfDue(appendFailure_, "append to");
        buffer_ += bytes;
    }

    void flush() override
    {
        throwIfFailed();
        ++flushes;
        if (onFlush) onFlush();
        if (flushFailure_.nth == 1) system_ += buffer_.substr(0, keptOfFlush_);
        failIfDue(flushFailure_, "write");
        system_ += buffer_;
        buffer_.clear();
    }

    void sync() override
    {
        throwIfFailed();
        ++syncs;
        failIfDue(syncFailure_, "sync");
        durable_ = system_.size();
    }

    std::uint64_t size() const override { return system_.size() + buffer_.size(); }
    const std::string& path() const override { return path_; }

    /// What another process finds after this one was killed.
    const std::string& afterKill() const { return system_; }
    /// What a power cut leaves, if the disk got `luck` bytes more than were synced.
    std::string afterPowerCut(std::size_t luck = 0) const
    {
        return system_.substr(0, durable_ + luck);
    }

    int appends = 0;
    int flushes = 0;
    int syncs = 0;
    std::function<void()> onFlush; ///< called within flush(), for a test that wants it to last

private:
    struct Failure
    {
        int nth = 0;
        int errnoValue = 0;
    };

    void throwIfFailed() const
    {
        if (failure_) throw IoError(*failure_);
    }

    void failIfDue(Failure& failure, const std::string& action)
    {
        if (failure.nth == 0 || --failure.nth > 0) return;
        failure_.emplace(action, path_, failure.errnoValue);
        throwIfFailed();
    }

    const std::string path_ = "memory.journal";
    std::string buffer_;
    std::string system_;
    std::size_t durable_ = 0;
    Failure appendFailure_;
    Failure flushFailure_;
    Failure syncFailure_;
    std::size_t keptOfFlush_ = 0;
    std::optional<IoError> failure_;
};

} // namespace oauth_batch::test
