#include "Piece.h"

#include "oauth_batch/base/Clock.h"
#include "oauth_batch/schedule/GcraPacer.h"
#include "oauth_batch/schedule/Lanes.h"
#include "oauth_batch/schedule/Plan.h"
#include "oauth_batch/schedule/Scheduler.h"
#include "oauth_batch/schedule/SharedPacer.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace oauth_batch::benchmark {

namespace {

using std::chrono::milliseconds;

constexpr RowIndex kRows = 10'000;
constexpr std::size_t kInFlight = 16;

/// Every fourth customer has a second row right behind its first, so that lanes get busy.
Operation sampleOperation(RowIndex row)
{
    const RowIndex customer = row % 4 == 1 ? row - 1 : row;
    return {row % 8 == 0 ? Verb::unassign : Verb::assign, "EA" + std::to_string(customer), "322",
            false};
}

void fill(Plan& plan)
{
    for (RowIndex row = 0; row < kRows; ++row)
        plan.addOperation(sampleOperation(row));
}

/// The operation itself is a part of what the reader does, so that it is not made here anew.
class PlanRow : public Piece
{
public:
    PlanRow()
    {
        for (RowIndex row = 0; row < kRows; ++row)
            operations_.push_back(sampleOperation(row));
    }

    void step() override
    {
        if (next_ == kRows || !plan_) {
            plan_.emplace();
            next_ = 0;
        }
        keep(plan_->addOperation(operations_[next_++]));
    }

private:
    std::vector<Operation> operations_;
    std::optional<Plan> plan_;
    RowIndex next_ = 0;
};

/// Takes one row and concludes the one that was taken 16 rows before.
class LaneRow : public Piece
{
public:
    LaneRow() { fill(plan_); }

    void step() override
    {
        RowIndex& slot = inFlight_[turn_++ % kInFlight];
        if (lanes_ && slot != kNoRow) lanes_->concluded(slot);
        if (!lanes_ || !lanes_->peek()) begin();
        slot = lanes_->take();
    }

private:
    void begin()
    {
        inFlight_.fill(kNoRow);
        lanes_.emplace(plan_);
        if (!lanes_->peek()) throw std::logic_error("no row may start");
    }

    Plan plan_;
    std::optional<Lanes> lanes_;
    std::array<RowIndex, kInFlight> inFlight_{};
    std::size_t turn_ = 0;
};

/// All that happens to a row under the run's mutex, from the first row of a plan to its last; the
/// plan is made anew for each pass, as no row can run twice.
class ScheduleRow : public Piece
{
public:
    ScheduleRow() { verdict_.status = RowStatus::succeeded; }

    void step() override
    {
        std::optional<Start> start = next();
        if (!start) {
            begin();
            start = next();
        }
        if (!scheduler_->mayStillStart(start->row, now_)) throw std::logic_error("held up");
        keep(scheduler_->conclude(start->row, verdict_, now_).final);
    }

private:
    void begin()
    {
        scheduler_.reset();
        plan_.emplace();
        fill(*plan_);
        scheduler_.emplace(
            *plan_, SchedulerOptions(), [] { return 0.5; }, now_);
    }

    std::optional<Start> next()
    {
        if (!scheduler_) return std::nullopt;
        for (;;) {
            const Decision decision = scheduler_->next(now_);
            if (const auto* const start = std::get_if<Start>(&decision)) return *start;
            if (!std::holds_alternative<Settled>(decision)) return std::nullopt;
        }
    }

    const Instant now_ = SystemClock().now();
    Verdict verdict_;
    std::optional<Plan> plan_;
    std::optional<Scheduler> scheduler_;
};

class ReserveSlot : public Piece
{
public:
    void step() override { keep(pacer_.reserve(now_ += milliseconds(1))); }

private:
    GcraPacer pacer_{milliseconds(1)};
    Instant now_ = SystemClock().now();
};

/// With the file that all runs of a workspace share.
class ReserveSharedSlot : public Piece
{
public:
    ReserveSharedSlot() : pacer_(path_, milliseconds(1)) {}
    ~ReserveSharedSlot() override
    {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    void step() override { keep(pacer_.reserve(now_ += milliseconds(1))); }

private:
    const std::string path_ = (std::filesystem::temp_directory_path() /
                               ("oauth-batch-bench-" + std::to_string(::getpid()) + ".quota"))
                                  .string();
    SharedPacer pacer_;
    Instant now_ = SystemClock().now();
};

} // namespace

std::vector<PieceKind> schedulePieces()
{
    return {
        {"plan-row", "an operation into the plan", makePiece<PlanRow>},
        {"lane-row", "a row taken from the lanes and concluded", makePiece<LaneRow>},
        {"schedule-row", "a row planned, started and concluded", makePiece<ScheduleRow>},
        {"reserve-slot", "a slot of the pace of one process", makePiece<ReserveSlot>},
        {"reserve-shared-slot", "a slot of the quota file", makePiece<ReserveSharedSlot>},
    };
}

} // namespace oauth_batch::benchmark
