#include "Answer.h"

#include <Poco/JSONString.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>

#include <algorithm>

namespace oauth_batch::sandbox {

namespace {

std::string json(std::string_view text)
{
    return Poco::toJSON(std::string(text), Poco::JSON_WRAP_STRINGS);
}

std::string messageOf(int status)
{
    switch (status) {
    case 400:
        return "Bad request";
    case 401:
        return "Unauthorized";
    case 404:
        return "Not found";
    case 429:
        return "Too many requests";
    case 500:
        return "Server error";
    default:
        return std::string(reasonOf(status));
    }
}

bool hasNoContent(int status)
{
    return status < 200 || status == 204 || status == 304;
}

bool names(const Answer& answer, const char* header)
{
    return std::any_of(answer.headers.begin(), answer.headers.end(),
                       [&](const auto& entry) { return Poco::icompare(entry.first, header) == 0; });
}

void appendHeader(std::string& head, std::string_view name, std::string_view value)
{
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
}

} // namespace

Answer documentedAnswer(int status, std::string_view errorId)
{
    std::string body = "{\"message\":" + json(messageOf(status));
    if (status >= 500 && !errorId.empty()) body += ",\"id\":" + json(errorId);
    return {status, body + '}', {}};
}

Answer operationAnswer(bool success)
{
    return {
        200, success ? R"({"result":{"success":true}})" : R"({"result":{"success":false}})", {}};
}

std::string_view reasonOf(int status)
{
    using Response = Poco::Net::HTTPResponse;
    const std::string& reason =
        Response::getReasonForStatus(static_cast<Response::HTTPStatus>(status));
    return reason == "???" ? std::string_view("Unknown") : std::string_view(reason);
}

std::string serializeHead(const Answer& answer, std::string_view date, const Framing& framing)
{
    std::string head;
    head.reserve(256 + answer.body.size());
    head += "HTTP/1.1 ";
    head += std::to_string(answer.status);
    head += ' ';
    head += reasonOf(answer.status);
    head += "\r\n";
    appendHeader(head, "Date", date);
    if (!hasNoContent(answer.status)) {
        if (!names(answer, "Content-Type"))
            appendHeader(head, "Content-Type", "application/json; charset=utf-8");
        if (!names(answer, "Content-Length"))
            appendHeader(head, "Content-Length",
                         std::to_string(answer.body.size() + framing.overstated));
    }
    for (const auto& [name, value] : answer.headers)
        appendHeader(head, name, value);
    if (framing.persistence == Persistence::close) appendHeader(head, "Connection", "close");
    if (framing.persistence == Persistence::keepHttp10)
        appendHeader(head, "Connection", "Keep-Alive");
    head += "\r\n";
    return head;
}

std::string serialize(const Answer& answer, std::string_view date, const Framing& framing)
{
    std::string bytes = serializeHead(answer, date, framing);
    if (!framing.withoutBody && !hasNoContent(answer.status)) bytes += answer.body;
    return bytes;
}

} // namespace oauth_batch::sandbox
