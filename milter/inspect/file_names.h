// SPDX-License-Identifier: BSD-2-Clause
// The names that a file of a message has, or might have for one reader or another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// Appends to `names` the values of every parameter "name" and "filename" in the raw value of a
// Content-Type or Content-Disposition field, however often it is there, plain, with encoded words
// (RFC 2047), or in the form and the pieces of RFC 2231; and the value of the older fields that are
// a name. Other fields have none. Keeps the limits of InspectionLimits.
void AddFileNames(std::string_view field_name, std::string_view value,
                  std::vector<std::string>& names);

// Appends one name, once, within those limits: of a long one its end, where there is what matters.
void AddFileName(std::string name, std::vector<std::string>& names);

}  // namespace spillway
