// SPDX-License-Identifier: BSD-2-Clause
// The answers of spamd and of an HTTP server have one form: a status line, fields, an empty line,
// and as many octets as Content-length says.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "milter/mail/header.h"
#include "milter/scan/protocol.h"

namespace spillway {

struct Response {
  std::string_view status;  // the first line
  std::string_view fields;  // all others, without the empty line
  std::string_view body;
  bool whole = true;    // false: more must come
  bool excess = false;  // there was more than that

  // The value of the first field of that name, trimmed; empty without one.
  std::string_view Field(std::string_view name) const;
  // Views into `input`. nullopt: not such an answer, or longer than kMaxScanReply.
  static std::optional<Response> Parse(std::string_view input);
};

// A number that fills `text`; nullopt otherwise.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a stranger wrote, as the value of a request's field: one line.
std::string OneLine(std::string_view text);

// The kError that stands for an answer of another kind of server.
ScanReply Garbage(std::string what);

}  // namespace spillway
