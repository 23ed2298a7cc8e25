// SPDX-License-Identifier: BSD-2-Clause
// What spillwayctl status shows: an ordered list of names and values, sent over the control socket
// as "name=value" lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/telemetry/reader.h"
#include "policy/gate.h"
#include "policy/window.h"

namespace spillway {

using StatusLines = std::vector<std::pair<std::string, std::string>>;

struct PolicyCounts {
  uint64_t connections = 0;  // open now
  uint64_t requests = 0;
  uint64_t malformed = 0;  // connections closed for a bad request
};

// `reader` must be mapped, or the filter is shown as absent.
StatusLines MakeStatus(const TelemetryReader& reader, const WindowSummary& window,
                       const PolicyCounts& policy, TimePoint now);

// What the law sees and does.
void AddAdmission(const Gate& gate, TimePoint now, StatusLines& lines);

std::string EncodeStatus(const StatusLines& lines);
// Lines without "=" are left out.
StatusLines DecodeStatus(std::string_view text);

}  // namespace spillway
