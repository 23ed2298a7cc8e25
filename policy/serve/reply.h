// SPDX-License-Identifier: BSD-2-Clause
// All replies of the policy service to the MTA. Never OK, which would skip the MTA's other
// restrictions, and never a 5xx. 4.3.2 is "system not accepting network messages" (RFC 3463); the
// texts do not tell who is refused and who is not.
#pragma once

#include <string_view>

namespace spillway {

// No opinion: the MTA goes on with its next restriction.
inline constexpr std::string_view kReplyDunno = "action=DUNNO\n\n";
// Ends the session: the sender holds its whole destination back.
inline constexpr std::string_view kReplyRefuseSession =
    "action=421 4.3.2 Service busy, please try again later\n\n";
// This message only.
inline constexpr std::string_view kReplyRefuseMessage =
    "action=450 4.3.2 Service busy, please try again later\n\n";

}  // namespace spillway
