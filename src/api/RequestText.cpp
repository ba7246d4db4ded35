#include "RequestText.h"

#include "oauth_batch/api/Token.h"

#include <algorithm>
#include <utility>

namespace oauth_batch {

namespace {

constexpr std::size_t kUsualLine = 1024;
constexpr std::string_view kVersion = " HTTP/1.1\r\n";

} // namespace

RequestText::RequestText(std::string&& fields)
{
    std::string taken = std::move(fields);
    text_.reserve(kUsualLine + taken.size() + 2);
    text_.append(kUsualLine, ' ').append(taken).append("\r\n");
    fieldsStart_ = kUsualLine;
    wipe(taken);
}

RequestText::~RequestText()
{
    wipe(text_);
}

std::string_view RequestText::with(std::string_view method, std::string_view prefix,
                                   std::string_view target)
{
    const std::size_t size = method.size() + 1 + prefix.size() + target.size() + kVersion.size();
    if (size > fieldsStart_) makeRoom(size);
    const std::size_t start = fieldsStart_ - size;
    char* out = text_.data() + start;
    for (const std::string_view part : {method, std::string_view(" "), prefix, target, kVersion})
        out = std::copy(part.begin(), part.end(), out);
    return std::string_view(text_).substr(start);
}

/// By hand, since growing in place would leave the fields behind in memory given back.
void RequestText::makeRoom(std::size_t size)
{
    std::string larger;
    larger.reserve(size + text_.size() - fieldsStart_);
    larger.append(size, ' ').append(text_, fieldsStart_);
    wipe(text_);
    text_ = std::move(larger);
    fieldsStart_ = size;
}

} // namespace oauth_batch
