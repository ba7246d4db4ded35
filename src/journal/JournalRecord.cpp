#include "oauth_batch/journal/JournalRecord.h"

#include "oauth_batch/base/Text.h"

#include <algorithm>

namespace oauth_batch {

namespace {

const JournalSetting* find(const std::vector<JournalSetting>& settings, const std::string& name)
{
    const auto found = std::find_if(settings.begin(), settings.end(),
                                    [&](const JournalSetting& s) { return s.name == name; });
    return found == settings.end() ? nullptr : &*found;
}

void append(std::string& text, const std::string& clause)
{
    if (!text.empty()) text += "; ";
    text += clause;
}

} // namespace

std::string_view toString(JournalCommand command)
{
    return command == JournalCommand::run ? "run" : "retry";
}

std::string describeDifference(const std::vector<JournalSetting>& recorded,
                               const std::vector<JournalSetting>& current)
{
    std::string text;
    for (const JournalSetting& now : current) {
        const JournalSetting* was = find(recorded, now.name);
        if (was == nullptr)
            append(text, now.name + " is " + quoted(now.value) + " and was not set");
        else if (was->value != now.value)
            append(text, now.name + " is " + quoted(now.value) + " and was " + quoted(was->value));
    }
    for (const JournalSetting& was : recorded)
        if (find(current, was.name) == nullptr)
            append(text, was.name + " is not set and was " + quoted(was.value));
    return text;
}

} // namespace oauth_batch
