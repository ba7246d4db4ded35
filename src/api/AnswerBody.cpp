#include "oauth_batch/api/AnswerBody.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/JSONException.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>

#include <string_view>
#include <utility>
#include <vector>

namespace oauth_batch {

namespace {

using Poco::Dynamic::Var;
using Poco::JSON::Object;

constexpr std::size_t kDeepest = 16;

/// What the API documents for a success, and says for nearly every row: known without parsing.
constexpr std::string_view kSuccess = R"({"result":{"success":true}})";

Object::Ptr asObject(const Var& value)
{
    return value.type() == typeid(Object::Ptr) ? value.extract<Object::Ptr>() : Object::Ptr();
}

std::string stringIn(const Object::Ptr& object, const std::string& name)
{
    const Var value = object->get(name);
    return value.isString() ? value.extract<std::string>() : std::string();
}

/// Refuses an object with two verdicts: of names that are there twice, one reader takes the first
/// and the next the last (RFC 8259, section 4).
class OneVerdict : public Poco::JSON::ParseHandler
{
public:
    void startObject() override
    {
        levels_.emplace_back();
        ParseHandler::startObject();
    }
    void endObject() override
    {
        levels_.pop_back();
        ParseHandler::endObject();
    }
    void key(const std::string& name) override
    {
        Level& level = levels_.back();
        if ((name == "result" && std::exchange(level.hasResult, true)) ||
            (name == "success" && std::exchange(level.hasSuccess, true)))
            throw Poco::JSON::JSONException("a name is there twice");
        ParseHandler::key(name);
    }

private:
    struct Level
    {
        bool hasResult = false;
        bool hasSuccess = false;
    };
    std::vector<Level> levels_; // of the objects that are open
};

Var parseJson(const std::string& text)
{
    Poco::JSON::Parser parser(new OneVerdict);
    parser.setDepth(kDeepest);
    return parser.parse(text);
}

void readFields(const Object::Ptr& root, AnswerBody& body)
{
    body.message = stringIn(root, "message");
    body.id = stringIn(root, "id");
    const Object::Ptr result = asObject(root->get("result"));
    if (!result) return;
    const Var success = result->get("success");
    if (success.isBoolean()) body.success = success.extract<bool>();
    if (body.message.empty()) body.message = stringIn(result, "message");
}

} // namespace

AnswerBody AnswerBody::parse(const std::string& text)
{
    AnswerBody body;
    if (text == kSuccess) {
        body.isJson = true;
        body.success = true;
        return body;
    }
    try {
        const Var value = parseJson(text);
        body.isJson = true;
        if (const Object::Ptr root = asObject(value)) readFields(root, body);
    } catch (const Poco::Exception&) {
        return {};
    }
    return body;
}

} // namespace oauth_batch
