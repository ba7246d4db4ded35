#include "Piece.h"

#include "oauth_batch/base/AppendFile.h"
#include "oauth_batch/base/Clock.h"
#include "oauth_batch/journal/JournalWriter.h"

#include <chrono>
#include <string>

namespace oauth_batch::benchmark {

namespace {

/// Takes everything and keeps nothing: what is measured is the journal, not the disk.
class Nowhere : public AppendFile
{
public:
    void append(std::string_view bytes) override { size_ += bytes.size(); }
    void flush() override {}
    void sync() override {}
    std::uint64_t size() const override { return size_; }
    const std::string& path() const override { return path_; }

private:
    const std::string path_ = "nowhere";
    std::uint64_t size_ = 0;
};

JournalHeader sampleHeader()
{
    JournalHeader header;
    header.rows = 0xFFFFFFF0U;
    header.inputDigest = std::string(64, 'a');
    header.session = {4711, SystemClock().wallTime()};
    header.input = "onboarding.csv";
    return header;
}

Outcome sampleOutcome()
{
    Outcome outcome;
    outcome.status = RowStatus::succeeded;
    outcome.httpStatus = 200;
    outcome.attempts = 1;
    outcome.finishedAt = SystemClock().wallTime();
    outcome.duration = std::chrono::milliseconds(120);
    return outcome;
}

/// The four calls that a row needs: nothing is sent before it is on record.
class JournalRow : public Piece
{
public:
    JournalRow() { writer_.start(sampleHeader()); }

    void step() override
    {
        ++row_;
        writer_.intend(row_, 1);
        writer_.commit();
        writer_.conclude(row_, outcome_);
        writer_.commit();
    }

private:
    Nowhere file_;
    const SystemClock clock_;
    JournalWriter writer_{file_, clock_, SyncPolicy::auto_};
    const Outcome outcome_ = sampleOutcome();
    RowNumber row_ = 0;
};

} // namespace

std::vector<PieceKind> journalPieces()
{
    return {{"journal-row", "intent and outcome of a row, each committed", makePiece<JournalRow>}};
}

} // namespace oauth_batch::benchmark
