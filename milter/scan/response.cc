// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/response.h"

#include <algorithm>

namespace spillway {

namespace {

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find("\r\n");
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  return line;
}

}  // namespace

std::string_view Response::Field(std::string_view name) const {
  for (std::string_view rest = fields; !rest.empty();) {
    const std::string_view line = TakeLine(rest);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && EqualsNoCase(Trim(line.substr(0, colon)), name))
      return Trim(line.substr(colon + 1));
  }
  return {};
}

std::optional<Response> Response::Parse(std::string_view input) {
  Response out;
  const size_t head = input.find("\r\n\r\n");
  if (head == std::string_view::npos) {
    out.whole = false;
    return out;
  }
  std::string_view fields = input.substr(0, head);
  out.status = TakeLine(fields);
  out.fields = fields;
  std::string_view body = input.substr(head + 4);
  const std::string_view length = out.Field("Content-length");
  const auto size = ParseNumber<size_t>(length);
  if (!length.empty() && (!size || *size > kMaxScanReply)) return std::nullopt;
  const size_t wanted = size.value_or(0);
  out.whole = body.size() >= wanted;
  out.excess = body.size() > wanted;
  out.body = body.substr(0, wanted);
  return out;
}

std::string OneLine(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }, ' ');
  return out;
}

ScanReply Garbage(std::string what) {
  ScanReply reply;
  reply.what = std::move(what);
  reply.garbage = true;
  return reply;
}

}  // namespace spillway
