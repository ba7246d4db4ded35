#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace oauth_batch {

/// One cell.
struct Field
{
    std::string_view raw;   ///< byte for byte as in the file, quotes included
    std::string_view value; ///< without the quotes, doubled ones halved
};

/// One record of a CSV file (RFC 4180). A view: valid until its reader reads on.
struct Record
{
    std::string_view raw;    ///< without the line ending
    std::string_view ending; ///< LF, CR LF, or what the last line has: nothing, or a CR
    std::uint64_t line = 0;  ///< where it starts, from 1
    std::vector<Field> fields;

    /// True if no field holds anything but blanks.
    bool isBlank() const;
};

} // namespace oauth_batch
