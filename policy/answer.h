// SPDX-License-Identifier: BSD-2-Clause
// The only place with texts that go back to the MTA. Never OK, which would skip its other
// restrictions, and never a 5xx.
#pragma once

#include <string_view>

namespace spillway {

// No opinion: the MTA goes on with its next restriction.
inline constexpr std::string_view kAnswerDunno = "action=DUNNO\n\n";

}  // namespace spillway
