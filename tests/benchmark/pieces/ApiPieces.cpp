#include "Piece.h"

#include "oauth_batch/api/AnswerReader.h"
#include "oauth_batch/api/Classify.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

namespace oauth_batch::benchmark {

namespace {

const std::string kBody = R"({"result":{"success":true}})";

/// One answer, over and over.
class EndlessAnswers : public AnswerSource
{
public:
    int nextByte() override
    {
        if (at_ == text_.size()) at_ = 0;
        return static_cast<unsigned char>(text_[at_++]);
    }

    int readBytes(char* buffer, int size) override
    {
        const std::size_t length = std::min(static_cast<std::size_t>(size), text_.size() - at_);
        std::memcpy(buffer, text_.data() + at_, length);
        at_ += length;
        return static_cast<int>(length);
    }

    bool hasMore() override { return at_ < text_.size(); }

private:
    const std::string text_ = "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
                              "Date: Fri, 01 May 2026 07:30:00 GMT\r\n"
                              "Content-Type: application/json; charset=utf-8\r\n"
                              "Content-Length: " +
                              std::to_string(kBody.size()) + "\r\nConnection: keep-alive\r\n\r\n" +
                              kBody;
    std::size_t at_ = 0;
};

class ReadAnswer : public Piece
{
public:
    void step() override
    {
        const Answer answer = reader_.read();
        if (!answer.complete) throw std::logic_error("the sample is no answer");
        keep(answer.status);
    }

private:
    EndlessAnswers source_;
    AnswerReader reader_{source_};
};

class JudgeAnswer : public Piece
{
public:
    JudgeAnswer()
    {
        answer_.status = 200;
        answer_.body = kBody;
    }

    void step() override
    {
        const Verdict verdict = classify(answer_, AttemptContext());
        if (verdict.status != RowStatus::succeeded) throw std::logic_error("not a success");
        keep(verdict.next);
    }

private:
    Answer answer_;
};

} // namespace

std::vector<PieceKind> apiPieces()
{
    return {
        {"read-answer", "the bytes of a 200 into an answer", makePiece<ReadAnswer>},
        {"judge-answer", "an answer into a verdict", makePiece<JudgeAnswer>},
    };
}

} // namespace oauth_batch::benchmark
