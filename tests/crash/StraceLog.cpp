#include "StraceLog.h"

#include "Rig.h"

#include <map>
#include <sstream>
#include <string_view>

namespace oauth_batch::test {

namespace {

constexpr std::string_view kUnfinished = "<unfinished ...>";
constexpr std::string_view kResumed = " resumed>";

bool isFailure(const std::string& text)
{
    return text.rfind(" = -1 ") != std::string::npos;
}

} // namespace

std::vector<TracedCall> parseStrace(const std::string& output)
{
    std::vector<TracedCall> calls;
    std::map<int, std::size_t> open; // by thread
    const std::vector<std::string> all = lines(output);
    for (std::size_t at = 0; at < all.size(); ++at) {
        std::istringstream stream(all[at]);
        int thread = 0;
        std::string rest;
        stream >> thread >> std::ws;
        std::getline(stream, rest);
        if (rest.rfind("<... ", 0) == 0) {
            TracedCall& call = calls.at(open.at(thread));
            call.text += rest.substr(rest.find(kResumed) + kResumed.size());
            call.end = at;
            call.failed = isFailure(call.text);
            continue;
        }
        const std::size_t bracket = rest.find('(');
        if (bracket == std::string::npos || rest.rfind("+++", 0) == 0 || rest.rfind("---", 0) == 0)
            continue;
        TracedCall call{at, at, thread, rest.substr(0, bracket), rest.substr(bracket), false};
        if (contains(call.text, kUnfinished)) {
            call.text.erase(call.text.find(kUnfinished));
            call.end = all.size();
            open[thread] = calls.size();
        }
        call.failed = isFailure(call.text);
        calls.push_back(std::move(call));
    }
    return calls;
}

} // namespace oauth_batch::test
