#pragma once

#include <string>
#include <string_view>

namespace oauth_batch {

/// Pure functions on the IDs of customers, as they stand in a cell.

/// What is wrong with a cell of managed_user_id (digits, or E and an external ID), for a message
/// after "managed_user_id "…": "; empty if nothing is. REQUIRES: value is not empty.
std::string faultOfManagedUserId(std::string_view value);

/// The same for external_id: any UTF-8 without control characters and blanks at an end, and not
/// what a spreadsheet makes of long numbers (1E+05; a plain 1E5 may be an ID).
std::string faultOfExternalId(std::string_view value);

/// True for a number in the notation by which spreadsheets replace long numbers: 1E+05, 1.0E5,
/// 1,00E+05, 1E5.
bool isSpreadsheetNumber(std::string_view value);

/// True if a percent sign with two hexadecimal digits occurs: the ID would be encoded twice.
bool looksUrlEncoded(std::string_view id);

/// True for an external ID that starts with E: it would be sent as EE….
bool looksPrefixed(std::string_view externalId);

/// True for a customer ID that the API takes as its own number, not as an external ID.
bool isNumericCustomer(std::string_view customerId);

} // namespace oauth_batch
