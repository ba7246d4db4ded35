#include "oauth_batch/api/Classify.h"

#include "oauth_batch/api/AnswerBody.h"
#include "oauth_batch/base/Text.h"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace oauth_batch;

namespace oauth_batch {

std::ostream& operator<<(std::ostream& stream, NextStep step)
{
    return stream << "NextStep " << static_cast<int>(step);
}
std::ostream& operator<<(std::ostream& stream, FailureKind kind)
{
    return stream << "FailureKind " << static_cast<int>(kind);
}
std::ostream& operator<<(std::ostream& stream, RowStatus status)
{
    return stream << toString(status);
}
std::ostream& operator<<(std::ostream& stream, ErrorCode code)
{
    return stream << '"' << toString(code, 0) << '"';
}

} // namespace oauth_batch

namespace {

using Kind = TransportFailure::Kind;
namespace data = boost::unit_test::data;

const WallTime kNow = *parseTimestamp("2026-05-01T07:30:00.000Z");
const AttemptContext kFirst{Verb::assign, false, false, kNow};

Answer answer(int status, std::string body = "")
{
    Answer result;
    result.status = status;
    result.body = std::move(body);
    return result;
}

/// SPEC's outcome table once more, written another way.
NextStep expectedStep(int status)
{
    if (status == 401) return NextStep::unauthorized;
    if (status == 429) return NextStep::throttled;
    if (status == 408 || status < 300 || status >= 500) return NextStep::retry;
    return NextStep::conclude;
}

RowStatus expectedStatus(int status)
{
    if (status == 408 || status < 300 || status >= 500) return RowStatus::unknown;
    return RowStatus::failed;
}

ErrorCode expectedCode(int status)
{
    if (status < 300 || status > 599) return ErrorCode::badResponse;
    return status < 400 ? ErrorCode::redirected : ErrorCode::http;
}

const std::vector<std::string> kBodies = {
    "",
    "{}",
    R"({"message":"Bad request"})",
    R"({"result":{"success":true}})",
    R"({"result":{"success":false}})",
    "<html>Bad Gateway</html>",
    std::string("\0\xff", 2),
    std::string(5000, '['),
};

const std::vector<std::string> kUnclear = {
    "",
    " ",
    "null",
    "true",
    "[]",
    "{}",
    R"({"success":true})",
    R"({"result":true})",
    R"({"result":{}})",
    R"({"result":null})",
    R"({"result":{"success":"true"}})",
    R"({"result":{"success":1}})",
    R"({"result":{"success":[true]}})",
    R"({"result":{"success":{"success":true}}})",
    R"({"result":{"Success":true}})",
    R"({"result":{"result":{"success":true}}})",
    R"({"data":{"result":{"success":true}}})",
    R"([{"result":{"success":true}}])",
    R"("{\"result\":{\"success\":true}}")",
    R"({"result":{"success":true,"success":false}})",
    R"({"result":{"success":false,"success":true}})",
    R"({"result":{"success":true},"result":{"success":false}})",
    R"({"result":{"success":false},"result":{"success":true}})",
    R"({"result":{"success":true},"\u0072esult":{}})",
    R"({"result":{"success":true},})",
    R"({"result":{"success":true},"n":01})",
    R"({"result":{"success":true},"n":NaN})",
    R"({"result":{"success":null}})",
    R"({"result":[{"success":true}]})",
    R"({"result":{"success":true})",
    R"({"result":{"success":true}}})",
    R"({"result":{"success":true}}{"a":1})",
    R"({"result":{"success":true}} x)",
    "\xef\xbb\xbf{\"result\":{\"success\":true}}",
    R"({'result':{'success':true}})",
    R"({"result":{"success":True}})",
    R"(// hi
{"result":{"success":true}})",
    std::string("{\"result\":{\"success\":true}}\0", 28),
    "{\"a\":\"\xc0\xaf\",\"result\":{\"success\":true}}",
    "{\"a\":\"\xed\xa0\x80\",\"result\":{\"success\":true}}",
    "{\"a\":\"\x01\",\"result\":{\"success\":true}}",
    "\xff\xfe{\"result\":{\"success\":true}}",
    "{\"a\":\"\xff\",\"result\":{\"success\":true}}",
    "<html>login</html>",
    "{\"result\":{\"success\":true},\"deep\":" + std::string(17, '[') + std::string(17, ']') + "}",
    std::string(60000, '['),
    std::string(60000, '{'),
};

} // namespace

BOOST_AUTO_TEST_SUITE(ClassifyTest)

BOOST_DATA_TEST_CASE(everyStatusButOkFollowsTheTable, data::xrange(100, 1000), status)
{
    if (status == 200) return;
    for (const std::string& body : kBodies) {
        const Verdict verdict = classify(answer(status, body), kFirst);
        const bool known = status <= 599;
        BOOST_TEST(verdict.next == (known ? expectedStep(status) : NextStep::retry));
        BOOST_TEST(verdict.status == (known ? expectedStatus(status) : RowStatus::unknown));
        BOOST_TEST(verdict.code == expectedCode(status));
        BOOST_TEST(verdict.httpStatus == status);
        BOOST_TEST(verdict.mayBeApplied == (verdict.status == RowStatus::unknown));
        const bool counts = status == 408 || (status >= 500 && known);
        BOOST_TEST(verdict.kind == (counts ? FailureKind::server : FailureKind::none));
        BOOST_TEST(!verdict.message.empty());
        BOOST_TEST(verdict.message == safeMessage(verdict.message));
    }
}

BOOST_AUTO_TEST_CASE(successTrueSucceeds)
{
    for (const char* body :
         {R"({"result":{"success":true}})", " {\"result\" :\n{\"success\":\ttrue , \"x\":1}}\r\n",
          R"({"result":{"success":true},"n":123456789012345678,"f":-1.5e-300})",
          R"({"data":{"result":{"success":false}},"success":false,"result":{"success":true}})",
          R"({"other":[1,2.5,null,"\u00e4"],"result":{"success":true}})"}) {
        const Verdict verdict = classify(answer(200, body), kFirst);
        BOOST_TEST(verdict.next == NextStep::conclude);
        BOOST_TEST(verdict.status == RowStatus::succeeded);
        BOOST_TEST(verdict.code == ErrorCode::none);
        BOOST_TEST(verdict.httpStatus == 200);
        BOOST_TEST(!verdict.mayBeApplied);
        BOOST_TEST(verdict.message.empty());
    }
}

BOOST_AUTO_TEST_CASE(successFalseIsRejectedWithTheServersWords)
{
    const Verdict verdict =
        classify(answer(200, R"({"result":{"success":false,"message":"Profile in use"}})"), kFirst);
    BOOST_TEST(verdict.next == NextStep::conclude);
    BOOST_TEST(verdict.status == RowStatus::failed);
    BOOST_TEST(verdict.code == ErrorCode::rejected);
    BOOST_TEST(verdict.message.ends_with("Profile in use"));
}

BOOST_DATA_TEST_CASE(okWithoutAClearBodyIsNoVerdict, data::make(kUnclear), body)
{
    const Verdict verdict = classify(answer(200, body), kFirst);
    BOOST_TEST(verdict.next == NextStep::retry);
    BOOST_TEST(verdict.status == RowStatus::unknown);
    BOOST_TEST(verdict.code == ErrorCode::badResponse);
    BOOST_TEST(verdict.mayBeApplied);
}

BOOST_AUTO_TEST_CASE(nestingUpToSixteenIsRead)
{
    // The object around makes one level more.
    const auto nested = [](std::size_t levels) {
        return "{\"result\":{\"success\":true},\"deep\":" + std::string(levels, '[') +
               std::string(levels, ']') + "}";
    };
    BOOST_TEST(AnswerBody::parse(nested(15)).isJson);
    BOOST_TEST(!AnswerBody::parse(nested(16)).isJson);
}

BOOST_AUTO_TEST_CASE(incompleteBodyIsNoVerdictEvenIfItLooksWhole)
{
    Answer cut = answer(200, R"({"result":{"success":true}})");
    cut.complete = false;
    BOOST_TEST(classify(cut, kFirst).code == ErrorCode::badResponse);
    BOOST_TEST(classify(cut, kFirst).status == RowStatus::unknown);
    cut.timedOut = true;
    BOOST_TEST(classify(cut, kFirst).code == ErrorCode::timeout);
    BOOST_TEST(classify(cut, kFirst).kind == FailureKind::transport);
    BOOST_TEST(classify(cut, kFirst).mayBeApplied);
    Answer large = answer(200, R"({"result":{"success":true}})");
    large.complete = false;
    large.bodyTooLarge = true;
    BOOST_TEST(classify(large, kFirst).message.find("64 KiB") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(statusIsAVerdictEvenWithoutItsBody)
{
    Answer cut = answer(404, R"({"mess)");
    cut.complete = false;
    cut.timedOut = true;
    const Verdict verdict = classify(cut, kFirst);
    BOOST_TEST(verdict.status == RowStatus::failed);
    BOOST_TEST(verdict.code == ErrorCode::http);
    BOOST_TEST(verdict.message == "HTTP 404 Not Found");
}

BOOST_AUTO_TEST_CASE(messagesNameStatusAndTheServersWords)
{
    BOOST_TEST(classify(answer(404, R"({"message":"Not found"})"), kFirst).message ==
               "HTTP 404: Not found");
    BOOST_TEST(classify(answer(502, "<html>"), kFirst).message == "HTTP 502 Bad Gateway");
    BOOST_TEST(classify(answer(599), kFirst).message == "HTTP 599");
    BOOST_TEST(classify(answer(500, R"({"message":"Server error","id":"8f14e45f-ceea"})"), kFirst)
                   .message == "HTTP 500: Server error (id 8f14e45f-ceea)");
    BOOST_TEST(classify(answer(400, R"({"message":["no string"],"id":5})"), kFirst).message ==
               "HTTP 400 Bad Request");
}

BOOST_AUTO_TEST_CASE(serverErrorsIdIsNeverCutOff)
{
    const std::string id = "01234567-89ab-cdef-0123-456789abcdef";
    for (const std::string& filler :
         {std::string(5000, 'x'), std::string("ä"), std::string("\\n")}) {
        std::string words;
        while (words.size() < 5000)
            words += filler;
        const Verdict verdict =
            classify(answer(500, R"({"message":")" + words + R"(","id":")" + id + R"("})"), kFirst);
        BOOST_TEST(verdict.message.ends_with("(id " + id + ")"), verdict.message);
        BOOST_TEST(isUtf8(verdict.message));
    }
    const Verdict longId = classify(
        answer(500, R"({"message":"m","id":")" + std::string(5000, 'i') + R"("})"), kFirst);
    BOOST_TEST(longId.message.size() <= 200U);
}

BOOST_AUTO_TEST_CASE(notFoundAfterALostUnassignIsUnknown)
{
    AttemptContext context = kFirst;
    context.verb = Verb::unassign;
    BOOST_TEST(classify(answer(404), context).status == RowStatus::failed);
    context.earlierAttemptWithoutVerdict = true;
    const Verdict verdict = classify(answer(404), context);
    BOOST_TEST(verdict.next == NextStep::conclude);
    BOOST_TEST(verdict.status == RowStatus::unknown);
    BOOST_TEST(verdict.code == ErrorCode::http);
    BOOST_TEST(verdict.httpStatus == 404);
    const std::string body =
        R"({"message":"Not found","id":"6b5d8e4c-9f1a-4d07-8c35-2e7f0a9b1c3d"})";
    const std::string message = classify(answer(404, body), context).message;
    for (const std::string_view part : {"either that attempt unassigned", "does not exist",
                                        "Not found (id 6b5d8e4c-9f1a-4d07-8c35-2e7f0a9b1c3d)"})
        BOOST_TEST(message.find(part) != std::string::npos, message);
    BOOST_TEST(classify(answer(409), context).status == RowStatus::failed);
    context.verb = Verb::assign;
    BOOST_TEST(classify(answer(404), context).status == RowStatus::failed);
}

BOOST_AUTO_TEST_CASE(waitIsTakenFromThrottlingAndServerErrors)
{
    for (const int status : {429, 503, 500, 408}) {
        Answer busy = answer(status);
        busy.headers.retryAfter = "7";
        BOOST_TEST(classify(busy, kFirst).wait->count() == 7000);
        busy.headers.retryAfter = "-7";
        BOOST_TEST(!classify(busy, kFirst).wait);
    }
}

BOOST_AUTO_TEST_CASE(redirectNamesOnlyTheHostOfItsTarget)
{
    Answer moved = answer(302);
    moved.headers.location = "https://u:pw@login.example\x1b[2J/path?token=abc";
    const Verdict verdict = classify(moved, kFirst);
    BOOST_TEST(verdict.code == ErrorCode::redirected);
    BOOST_TEST(verdict.message.find("login.example") != std::string::npos);
    BOOST_TEST(verdict.message.find("pw") == std::string::npos);
    BOOST_TEST(verdict.message.find("token") == std::string::npos);
    BOOST_TEST(verdict.message.find('\x1b') == std::string::npos);
}

namespace {

struct TransportRow
{
    Kind kind;
    bool left;
    NextStep next;
    RowStatus status;
    ErrorCode code;
};
std::ostream& operator<<(std::ostream& stream, const TransportRow& row)
{
    return stream << "kind " << static_cast<int>(row.kind) << (row.left ? " sent" : " not sent");
}

const std::vector<TransportRow> kTransport = {
    {Kind::dns, false, NextStep::retry, RowStatus::failed, ErrorCode::dnsError},
    {Kind::refused, false, NextStep::retry, RowStatus::failed, ErrorCode::connectionRefused},
    {Kind::connectTimeout, false, NextStep::retry, RowStatus::failed, ErrorCode::connectTimeout},
    {Kind::tls, false, NextStep::retry, RowStatus::failed, ErrorCode::tlsError},
    {Kind::untrusted, false, NextStep::untrusted, RowStatus::failed, ErrorCode::tlsError},
    {Kind::proxy, false, NextStep::retry, RowStatus::failed, ErrorCode::proxyError},
    {Kind::reset, false, NextStep::retry, RowStatus::failed, ErrorCode::reset},
    {Kind::reset, true, NextStep::retry, RowStatus::unknown, ErrorCode::reset},
    {Kind::timeout, false, NextStep::retry, RowStatus::failed, ErrorCode::timeout},
    {Kind::timeout, true, NextStep::retry, RowStatus::unknown, ErrorCode::timeout},
    {Kind::malformed, true, NextStep::retry, RowStatus::unknown, ErrorCode::badResponse},
    {Kind::stale, false, NextStep::notSent, RowStatus::failed, ErrorCode::reset},
    {Kind::stale, true, NextStep::retry, RowStatus::unknown, ErrorCode::reset},
};

} // namespace

BOOST_DATA_TEST_CASE(transportFailureTable, data::make(kTransport), row)
{
    TransportFailure failure;
    failure.kind = row.kind;
    failure.requestMayHaveLeft = row.left;
    failure.detail = "some\ndetail";
    const Verdict verdict = classify(AttemptResult(failure), kFirst);
    BOOST_TEST(verdict.next == row.next);
    BOOST_TEST(verdict.kind == FailureKind::transport);
    BOOST_TEST(verdict.status == row.status);
    BOOST_TEST(verdict.code == row.code);
    BOOST_TEST(verdict.httpStatus == 0);
    BOOST_TEST(verdict.mayBeApplied == row.left);
    BOOST_TEST(verdict.message == "some detail");
}

BOOST_AUTO_TEST_CASE(notSentAfterALostAttemptIsStillUnknown)
{
    AttemptContext context = kFirst;
    context.earlierAttemptWithoutVerdict = true;
    TransportFailure refused;
    refused.kind = Kind::refused;
    BOOST_TEST(classify(refused, context).status == RowStatus::unknown);
    BOOST_TEST(!classify(refused, context).mayBeApplied);
}

BOOST_AUTO_TEST_CASE(protocolRefusalEndsTheRunOnlyBeforeAnyHandshake)
{
    TransportFailure refusal;
    refusal.kind = Kind::tls;
    BOOST_TEST(classify(refusal, kFirst).next == NextStep::retry);
    refusal.protocolRefused = true;
    BOOST_TEST(classify(refusal, kFirst).next == NextStep::untrusted);
    AttemptContext later = kFirst;
    later.anyHandshakeSucceeded = true;
    BOOST_TEST(classify(refusal, later).next == NextStep::retry);
    refusal.kind = Kind::untrusted;
    BOOST_TEST(classify(refusal, later).next == NextStep::untrusted);
}

BOOST_AUTO_TEST_SUITE_END()
