// SPDX-License-Identifier: BSD-2-Clause
// The header as a signature covers it (RFC 6376 sections 3.7 and 5.4), for DKIM and ARC alike.
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

// More names than this in an h= are not looked at, and not written: looking each one up in a header
// of 5,000 fields is work for a stranger to give.
constexpr size_t kMaxSignedNames = 100;

// The names in an h= tag, in order.
std::vector<std::string_view> NamesInList(std::string_view list);

// The fields that `names`, an h= tag, lists, in canonical form: each next one of a name from the
// bottom up. A name that no field is left for stands for nothing.
std::string SignedFields(const std::vector<HeaderField>& headers, std::string_view names,
                         bool relaxed);
// The field that holds the signature itself: without the value of b=, and without the last line
// break.
std::string OwnField(const HeaderField& field, bool relaxed);

// What RFC 6376 section 5.4.1 recommends to sign of these fields, as an h= tag in lower case: each
// as often as it is there, up to kMaxSignedNames. "from" stands once more, so that no second one
// can be added.
std::string FieldsToSign(const std::vector<HeaderField>& headers);

// A list of names folded behind colons, so that no line gets longer than `width`.
std::string FoldNames(std::string_view names, size_t width);

}  // namespace spillway
