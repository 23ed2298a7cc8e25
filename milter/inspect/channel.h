// SPDX-License-Identifier: BSD-2-Clause
// The socket between the filter and an inspector: texts, each after its length. Both programs are
// of one build, which the first text says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/deadline.h"

namespace spillway {

// A message of max_scan_size at most, and what was found in it.
constexpr size_t kMaxFrame = size_t{1} << 30;
constexpr std::string_view kChannelVersion = "spillway-inspector " SPILLWAY_VERSION;

enum class ChannelState { kOk, kLate, kClosed };

// `fd` does not block. Writes `pieces` as one text.
ChannelState WriteFrame(int fd, const std::vector<std::string_view>& pieces, Deadline deadline,
                        const Clock& clock);
// Reads a text of at most `limit` octets; a longer one is kClosed.
ChannelState ReadFrame(int fd, size_t limit, Deadline deadline, const Clock& clock,
                       std::string& text);

// The other end, which has nothing else to do: `fd` blocks. False: closed.
bool WriteFrameBlocking(int fd, std::string_view text);
bool ReadFrameBlocking(int fd, std::string& text);

}  // namespace spillway
