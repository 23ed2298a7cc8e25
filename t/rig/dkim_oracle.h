// SPDX-License-Identifier: BSD-2-Clause
// What libopendkim by itself says of a signed message: the whole library, with its own
// canonicaliser and its own reading of keys.
#pragma once

#include <string>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

// By signature, in the order of the header: does it hold under `record`, the same key record for
// all?
std::vector<bool> HoldsByLibrary(const std::vector<HeaderField>& fields, const std::string& body,
                                 const std::string& record);

}  // namespace spillway
