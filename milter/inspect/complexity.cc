// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/complexity.h"

#include <algorithm>

#include "milter/mail/header.h"

namespace spillway {

namespace {

bool HasTooManyBoundaries(std::string_view message) {
  constexpr size_t kMaxLines = 100000;
  constexpr size_t kMaxParts = 5000;           // 50 ms: GMime makes objects of all
  constexpr size_t kMaxComparisons = 4000000;  // 40 ms
  size_t lines = 0;
  size_t parts = 0;  // more or less: lines that are no "-- " of a signature, nor "---"
  for (size_t at = 0; (at = message.find("\n--", at)) != std::string_view::npos; at += 3) {
    ++lines;
    const std::string_view rest = message.substr(at + 3, 1);
    parts += !rest.empty() && std::string_view("- \r\n").find(rest[0]) == std::string_view::npos;
  }
  if (lines > kMaxLines) return true;
  if (lines < kMaxComparisons / 1024) return false;  // GMime keeps no more boundaries than that
  constexpr std::string_view kWord = "boundary";
  size_t boundaries = 1;
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  for (auto at = message.begin();; at += kWord.size(), ++boundaries) {
    at = std::search(at, message.end(), kWord.begin(), kWord.end(), same);
    if (at == message.end()) break;
  }
  if (boundaries > 1 && parts > kMaxParts) return true;
  return lines * std::min<size_t>(boundaries, 1024) > kMaxComparisons;
}

// The length of the field at the front, with the lines that continue it.
size_t FieldLength(std::string_view text) {
  size_t end = 0;
  do end = text.find('\n', end) + 1;
  while (end != 0 && end < text.size() && (text[end] == ' ' || text[end] == '\t'));
  return end == 0 ? text.size() : end;
}

// Wherever a line begins like one that has some: it may be of a part.
bool HasTooManyParameters(std::string_view message) {
  constexpr std::string_view kName = "content-";
  constexpr std::ptrdiff_t kMost = 500;
  for (size_t at = 0; at < message.size();) {
    size_t length = message.find('\n', at) + 1 - at;
    if (EqualsNoCase(message.substr(at, kName.size()), kName)) {
      length = FieldLength(message.substr(at));
      const auto field = message.substr(at, length);
      if (std::count(field.begin(), field.end(), ';') > kMost) return true;
    } else if (length + at == 0) {
      return false;
    }
    at += length;
  }
  return false;
}

}  // namespace

std::string_view TooComplex(std::string_view message) {
  if (HasTooManyBoundaries(message)) return "too many boundaries";
  return HasTooManyParameters(message) ? "a field of too many parameters" : "";
}

}  // namespace spillway
