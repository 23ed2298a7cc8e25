// SPDX-License-Identifier: BSD-2-Clause
// A message through the whole pipeline without an MTA: what spillwayctl test-message shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/verdict.h"

namespace spillway {

struct DryRunEnvelope {
  std::optional<Ip> client;  // nullopt: submitted on the machine itself
  std::string helo;
  std::string mail_from;  // with or without brackets
  std::vector<std::string> recipients;
  std::string user;  // SASL user
};

struct DryRun {
  std::string classes;  // of the client
  std::vector<CheckReport> reports;
  std::vector<std::string> names;  // of the checks; owns the text that reports only view
  Verdict verdict;
  Duration took{};  // of the budget
};

// Runs the message under the budget, with real DNS look-ups and scanners. Throws the exceptions of
// Generation's constructor.
DryRun RunDry(const Config& config, Log& log, const DryRunEnvelope& envelope, std::string_view eml);

}  // namespace spillway
