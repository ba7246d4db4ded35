#pragma once

#include <string>
#include <vector>

namespace oauth_batch::sandbox {

/// A customer as the file has it. IDs are text.
struct CustomerRecord
{
    std::string id;         ///< digits
    std::string externalId; ///< without the `E`; may be empty
    std::string name;
    std::vector<std::string> profiles; ///< assigned at the start; digits
    std::vector<std::string> inUse;    ///< profiles that an unassign without force does not remove
};

/// Reads a CSV (RFC 4180, UTF-8) with the columns `id`, `external_id`, `name`, `profiles` and
/// optionally `in_use`; both lists separate profile IDs by blanks. Blocks. Throws NoInput errors
/// (66) where the file cannot be opened and DataError (65) with file and line where it is wrong.
std::vector<CustomerRecord> readCustomers(const std::string& path);

} // namespace oauth_batch::sandbox
