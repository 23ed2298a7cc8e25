// SPDX-License-Identifier: BSD-2-Clause
// The socket between the filter and an inspector: texts, each after its length. Both programs are
// of one build, which the first text says.
#pragma once

#include <string>
#include <string_view>

#include "milter/base/deadline.h"

namespace spillway {

constexpr std::string_view kChannelVersion = "spillway-inspector " SPILLWAY_VERSION;

enum class ChannelState { kOk, kLate, kClosed };

// For the filter, whose `fd` does not block. `text` is short enough for the socket buffer; if it
// does not fit, the inspector has not read the earlier text, and the result is kClosed.
ChannelState SendShort(int fd, std::string_view text);
// Reads a text of at most `limit` octets; a longer one is kClosed.
ChannelState ReadText(int fd, size_t limit, Deadline deadline, const Clock& clock,
                      std::string& text);

// The other end, which has nothing else to do: `fd` blocks. False: closed.
bool WriteTextBlocking(int fd, std::string_view text);
bool ReadTextBlocking(int fd, size_t limit, std::string& text);

}  // namespace spillway
