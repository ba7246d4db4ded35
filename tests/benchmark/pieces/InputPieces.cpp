#include "Piece.h"

#include "oauth_batch/input/OperationReader.h"
#include "oauth_batch/input/RecordReader.h"
#include "oauth_batch/model/Operation.h"

#include <memory>
#include <stdexcept>
#include <string>

namespace oauth_batch::benchmark {

namespace {

constexpr int kRows = 10'000;

/// As scripts/bench writes it.
std::string sampleCsv()
{
    std::string csv = "Account,Operation,External ID,Profile ID,Force\n";
    for (int i = 1; i <= kRows; ++i) {
        const std::string number = std::to_string(i);
        csv += i % 10 == 0 ? "\"Example, Customer " + number + "\"" : "Example Customer " + number;
        csv += i % 8 == 0 ? ",unassign,A" : ",assign,A";
        csv += std::to_string(230'000 + i);
        csv += i % 8 == 0 ? ",318,yes\n" : ",322,\n";
    }
    return csv;
}

class ReadRecord : public Piece
{
public:
    void step() override
    {
        const Record* record = reader_ ? reader_->next() : nullptr;
        if (record == nullptr) {
            reader_.emplace(std::make_unique<MemorySource>(csv_), problems_);
            reader_->setDelimiter(',');
            record = reader_->next();
        }
        keep(record->fields.size());
    }

private:
    const std::string csv_ = sampleCsv();
    FileProblems problems_;
    std::optional<RecordReader> reader_;
};

class ReadOperation : public Piece
{
public:
    void step() override
    {
        if (!reader_ || !reader_->next(row_)) {
            reader_.emplace("bench.csv", std::make_unique<MemorySource>(csv_), InputOptions());
            if (!reader_->next(row_)) throw std::logic_error("the sample has no rows");
        }
        keep(row_.number);
    }

private:
    const std::string csv_ = sampleCsv();
    std::optional<OperationReader> reader_;
    InputRow row_;
};

class EncodeTarget : public Piece
{
public:
    void step() override { keep(requestTarget(operation_)); }

private:
    const Operation operation_ = {Verb::unassign, "EDE/Kontor Süd 230017", "350777", true};
};

} // namespace

std::vector<PieceKind> inputPieces()
{
    return {
        {"read-record", "a CSV record into fields", makePiece<ReadRecord>},
        {"read-operation", "a CSV record into a checked operation", makePiece<ReadOperation>},
        {"encode-target", "an operation into its request target", makePiece<EncodeTarget>},
    };
}

} // namespace oauth_batch::benchmark
