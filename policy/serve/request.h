// SPDX-License-Identifier: BSD-2-Clause
// The requests of Postfix's policy delegation protocol (SMTPD_POLICY_README): "name=value" lines,
// an empty line ends a request. Pure; the bytes may come in any split, and several requests at
// once.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

struct PolicyRequest {
  std::map<std::string, std::string, std::less<>> attributes;
  // Empty when absent: Postfix makes no difference either.
  std::string_view Get(std::string_view name) const;
};

class PolicyRequestParser {
 public:
  // A request may take this many octets.
  explicit PolicyRequestParser(size_t max_request) : max_request_(max_request) {}

  void Feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole request; nullopt when more bytes are needed, or after an error.
  std::optional<PolicyRequest> Next();
  // What was wrong; empty while all is well. Nothing more is parsed after an error.
  const std::string& error() const { return error_; }

 private:
  bool TakeLine(std::string_view line, PolicyRequest& request);

  const size_t max_request_;
  std::string buffer_;
  std::string error_;
};

}  // namespace spillway
