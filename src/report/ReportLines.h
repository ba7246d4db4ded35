#pragma once

#include "oauth_batch/report/Tally.h"

#include <Poco/JSON/Object.h>

#include <iosfwd>
#include <string>
#include <string_view>

namespace oauth_batch {

/// "  label        value": the label padded so that all values stand below each other.
void printFact(std::ostream& out, std::string_view label, std::string_view value);

/// The rows in total, each status that occurs, and the error codes; numbers right-aligned.
void printCounts(std::ostream& out, const Tally& tally);

/// Sets "rows", "counts" and "codes".
void setCounts(Poco::JSON::Object& object, const Tally& tally);

/// The object as indented text with a newline at its end.
std::string jsonText(const Poco::JSON::Object& object);

} // namespace oauth_batch
