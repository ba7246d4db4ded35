#include "ScenarioFile.h"

#include "oauth_batch/base/Error.h"
#include "oauth_batch/base/Text.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <initializer_list>
#include <sstream>

namespace oauth_batch::sandbox {

namespace {

using Poco::Dynamic::Var;

[[noreturn]] void refuse(const std::string& place, const std::string& problem)
{
    throw DataError(place + ": " + problem);
}

std::string describe(const Var& value)
{
    if (value.isEmpty()) return "null";
    if (value.type() == typeid(Poco::JSON::Object::Ptr)) return "an object";
    if (value.type() == typeid(Poco::JSON::Array::Ptr)) return "a list";
    return value.isString() ? quoted(value.extract<std::string>()) : value.toString();
}

/// A JSON object whose members are fetched by name, and whose place is known to every message.
class Reader
{
public:
    Reader(const Var& value, std::string place, std::initializer_list<std::string_view> known)
        : place_(std::move(place))
    {
        if (value.type() != typeid(Poco::JSON::Object::Ptr)) refuse(place_, "not an object");
        object_ = value.extract<Poco::JSON::Object::Ptr>();
        for (const auto& member : *object_) {
            if (known.size() > 0 &&
                std::find(known.begin(), known.end(), member.first) == known.end())
                refuseUnknown(member.first, known);
        }
    }

    const Poco::JSON::Object& object() const { return *object_; }
    bool has(const char* name) const { return object_->has(name); }
    Var get(const char* name) const { return object_->get(name); }
    std::string placeOf(const std::string& name) const { return place_ + '.' + name; }

    [[noreturn]] void refuseValue(const char* name, const std::string& expected) const
    {
        refuse(placeOf(name), describe(get(name)) + ": not " + expected);
    }

    std::string text(const char* name) const
    {
        if (!has(name)) return {};
        if (!get(name).isString()) refuseValue(name, "a string");
        return get(name).extract<std::string>();
    }

    std::uint64_t count(const char* name, std::uint64_t fallback) const
    {
        if (!has(name)) return fallback;
        const auto value = wholeNumber(get(name));
        if (!value || *value == 0) refuseValue(name, "a whole number from 1");
        return *value;
    }

    std::optional<std::chrono::milliseconds> duration(const char* name) const
    {
        if (!has(name)) return std::nullopt;
        const auto value = parseDuration(text(name));
        if (!value) refuseValue(name, "a duration such as \"10s\" or \"250ms\"");
        return value;
    }

    static std::optional<std::uint64_t> wholeNumber(const Var& value)
    {
        if (!value.isInteger() || value.isBoolean()) return std::nullopt;
        return parseUnsigned(value.toString());
    }

private:
    [[noreturn]] void refuseUnknown(const std::string& name,
                                    std::initializer_list<std::string_view> known) const
    {
        const std::string_view meant = nearest(name, {known.begin(), known.size()});
        refuse(placeOf(name),
               meant.empty() ? "unknown key" : "unknown key (did you mean " + quoted(meant) + "?)");
    }

    Poco::JSON::Object::Ptr object_;
    std::string place_;
};

/// "3", "3-5" or "3-".
bool parseRange(std::string_view text, std::uint64_t& first, std::uint64_t& last)
{
    const auto dash = text.find('-');
    const auto begin = parseUnsigned(text.substr(0, dash));
    if (!begin || *begin == 0) return false;
    first = last = *begin;
    if (dash == std::string_view::npos) return true;
    const std::string_view rest = text.substr(dash + 1);
    const auto end = rest.empty() ? std::optional(UINT64_MAX) : parseUnsigned(rest);
    last = end.value_or(0);
    return last >= first;
}

void readRequests(const Reader& reader, Match& match)
{
    if (!reader.has("requests")) return;
    const Var value = reader.get("requests");
    const bool isText = value.isString();
    const auto number = Reader::wholeNumber(value);
    const std::string text =
        isText ? value.extract<std::string>() : std::to_string(number.value_or(0));
    if (!parseRange(text, match.firstRequest, match.lastRequest))
        reader.refuseValue("requests", "a number from 1 or a range such as \"3-5\" or \"3-\"");
}

CountBy readCountBy(const Reader& reader)
{
    const std::string text = reader.text("count_by");
    if (text.empty() || text == "all") return CountBy::all;
    if (text == "customer") return CountBy::customer;
    if (text != "target") reader.refuseValue("count_by", R"("all", "customer" or "target")");
    return CountBy::target;
}

double readProbability(const Reader& reader)
{
    if (!reader.has("probability")) return 1.0;
    const Var value = reader.get("probability");
    const bool isNumber = value.isNumeric() && !value.isBoolean() && !value.isString();
    const double probability = isNumber ? value.convert<double>() : -1.0;
    if (!(probability >= 0.0 && probability <= 1.0))
        reader.refuseValue("probability", "a number from 0 to 1");
    return probability;
}

Match readMatch(const Var& value, const std::string& place)
{
    const Reader reader(value, place,
                        {"method", "target", "customer", "profile", "requests", "every", "count_by",
                         "after", "until", "probability"});
    Match match;
    match.method = reader.text("method");
    match.target = reader.text("target");
    match.customer = reader.text("customer");
    match.profile = reader.text("profile");
    readRequests(reader, match);
    match.every = reader.count("every", 1);
    match.countBy = readCountBy(reader);
    match.after = reader.duration("after");
    match.until = reader.duration("until");
    match.probability = readProbability(reader);
    return match;
}

bool isHeaderName(const std::string& name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
}

void readHeaders(const Reader& reader, Action& action)
{
    if (!reader.has("headers")) return;
    const Reader headers(reader.get("headers"), reader.placeOf("headers"), {});
    for (const auto& [name, value] : headers.object()) {
        if (!isHeaderName(name)) refuse(headers.placeOf(name), "not a header name");
        if (!value.isString() || hasControlCharacter(value.extract<std::string>()))
            refuse(headers.placeOf(name), "not a string without control characters");
        action.headers.emplace_back(name, value.extract<std::string>());
    }
}

void readFault(const Reader& reader, Action& action)
{
    if (!reader.has("fault")) return;
    const auto fault = parseFault(reader.text("fault"));
    if (!fault) {
        reader.refuseValue("fault",
                           "one of drop-before, drop-after, reset-before, reset-after, hang, "
                           "trickle, truncate, garbage, close-after-answer");
    }
    action.fault = *fault;
}

int readStatus(const Reader& reader)
{
    if (!reader.has("status")) return 0;
    const auto status = Reader::wholeNumber(reader.get("status"));
    if (!status || *status < 100 || *status > 599) reader.refuseValue("status", "100 to 599");
    return static_cast<int>(*status);
}

Action readAction(const Var& value, const std::string& place)
{
    const Reader reader(value, place,
                        {"status", "body", "headers", "latency", "fault", "interval", "effect"});
    Action action;
    action.status = readStatus(reader);
    if (reader.has("body")) action.body = reader.text("body");
    readHeaders(reader, action);
    if (reader.has("latency")) {
        action.latency = parseLatency(reader.text("latency"));
        if (!action.latency) reader.refuseValue("latency", "such as \"120ms\" or \"10ms..2s\"");
    }
    readFault(reader, action);
    action.interval = reader.duration("interval").value_or(action.interval);
    if (reader.has("effect")) {
        if (!reader.get("effect").isBoolean()) reader.refuseValue("effect", "true or false");
        action.effect = reader.get("effect").extract<bool>();
    }
    return action;
}

Rule readRule(const Var& value, const std::string& place)
{
    const Reader reader(value, place, {"about", "match", "times", "do"});
    Rule rule;
    if (reader.has("match")) rule.match = readMatch(reader.get("match"), reader.placeOf("match"));
    rule.times = reader.count("times", UINT64_MAX);
    if (!reader.has("do")) refuse(place, "\"do\" is missing");
    rule.action = readAction(reader.get("do"), reader.placeOf("do"));
    return rule;
}

Var parseJson(std::string_view json, const std::string& name)
{
    try {
        Poco::JSON::Parser parser;
        parser.setDepth(16);
        return parser.parse(std::string(json));
    } catch (const Poco::Exception& error) {
        refuse(name, "not JSON: " + error.displayText());
    }
}

} // namespace

ScenarioFile parseScenario(std::string_view json, const std::string& name)
{
    const Reader reader(parseJson(json, name), name, {"about", "options", "rules"});
    ScenarioFile file;
    if (reader.has("options")) {
        const Reader options(reader.get("options"), reader.placeOf("options"), {});
        for (const auto& [option, value] : options.object())
            file.options.emplace_back(option, value.isEmpty() ? std::string() : value.toString());
    }
    if (!reader.has("rules")) return file;
    if (reader.get("rules").type() != typeid(Poco::JSON::Array::Ptr))
        reader.refuseValue("rules", "a list");
    const auto rules = reader.get("rules").extract<Poco::JSON::Array::Ptr>();
    for (unsigned i = 0; i < rules->size(); ++i)
        file.rules.push_back(
            readRule(rules->get(i), reader.placeOf("rules[" + std::to_string(i) + ']')));
    return file;
}

ScenarioFile readScenario(const std::string& path)
{
    constexpr std::size_t kLargest = std::size_t{16} * 1024 * 1024;
    std::ifstream in(path, std::ios::binary);
    if (!in) throw IoError("open", path, errno, ExitCode::noInput);
    std::string json(kLargest + 1, '\0');
    in.read(json.data(), static_cast<std::streamsize>(json.size()));
    json.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad()) throw IoError("read", path, errno, ExitCode::noInput);
    if (json.size() > kLargest) throw DataError(path + ": larger than 16 MiB");
    return parseScenario(json, path);
}

} // namespace oauth_batch::sandbox
