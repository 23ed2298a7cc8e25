// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/ambiguity.h"

#include <algorithm>

#include "milter/mail/header.h"

namespace spillway {

namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// Calls with each line that begins with "--", without that and the blanks at its end.
template <typename Call>
void ForDashLines(std::string_view text, Call call) {
  for (size_t at = text.starts_with("--") ? 0 : text.find("\n--"); at != std::string_view::npos;
       at = text.find("\n--", at + 1)) {
    std::string_view line = text.substr(text.find("--", at) + 2);
    line = line.substr(0, line.find('\n'));
    while (!line.empty() && IsBlank(line.back())) line.remove_suffix(1);
    call(line);
  }
}

// RFC 822 comments, which hide a parameter from some.
bool HasComment(std::string_view value) {
  bool quoted = false;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;
      continue;
    }
    if (value[i] == '"') quoted = !quoted;
    if (value[i] == '(' && !quoted) return true;
  }
  return false;
}

}  // namespace

void AddAmbiguity(Inspection& out, const std::string& text) {
  auto& all = out.ambiguities;
  if (all.size() < InspectionLimits::kAmbiguities &&
      std::find(all.begin(), all.end(), text) == all.end())
    all.push_back(text);
}

bool IsNearlyQuotedPrintable(std::string_view encoding) {
  constexpr std::string_view kName = "quoted-printable";
  const std::string name = ToLower(Trim(encoding));
  return name.starts_with(kName) && name != kName;
}

void Ambiguities::CheckField(std::string_view raw_value) {
  for (size_t at = 0; (at = raw_value.find('\r', at)) != std::string_view::npos; ++at) {
    if (at + 1 >= raw_value.size() || raw_value[at + 1] != '\n') Add("a field with a bare CR");
  }
}

void Ambiguities::CheckType(std::string_view raw_value, bool is_multipart) {
  const std::string type = ToLower(Trim(raw_value));
  if (!type.starts_with("multipart")) return;
  if (!is_multipart) return Add("a type that is nearly a multipart");
  const bool eight_bit = std::any_of(type.begin(), type.end(),
                                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (eight_bit || HasComment(type) || type.find("=?") != std::string::npos)
    Add("a boundary that is not written plainly");
}

// Some readers take an unknown encoding for the known name that it begins with, others for none.
// Of plain text without a name, which nobody opens, only base64 and uuencode can make something
// else; the walk reads it as quoted-printable, too. A multipart or message has no encoding (RFC
// 2045 section 6.4), but legitimate programs write quoted-printable there: that matters only if it
// hides a "-" of a boundary ("=2D").
void Ambiguities::CheckEncoding(std::string_view encoding, Content content) {
  const std::string name = ToLower(Trim(encoding));
  if (name.empty() || name == "7bit" || name == "8bit" || name == "binary") return;
  if (name != "base64" && name != "quoted-printable") {
    const bool decodes =
        name.find("base64") != std::string::npos || name.find("uu") != std::string::npos;
    const bool harmless = content == Content::kNamelessText && !decodes;
    if (!harmless) Add("a transfer encoding that does not exist");
    return;
  }
  if (content != Content::kParts) return;
  const bool harmless = name == "quoted-printable" && text_.find("=2D") == std::string_view::npos &&
                        text_.find("=2d") == std::string_view::npos;
  if (!harmless) Add("a transfer encoding around parts");
}

void Ambiguities::CheckBase64(std::string_view raw) {
  const size_t padding = raw.find('=');
  if (padding == std::string_view::npos) return;
  raw.remove_prefix(padding);
  const bool goes_on = std::any_of(raw.begin(), raw.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/';
  });
  if (goes_on) Add("base64 that goes on behind its end");
}

void Ambiguities::CheckBoundary(const std::string& boundary, std::string_view before,
                                std::string_view behind) {
  if (boundary.empty()) return;
  boundaries_.insert(boundary);
  if (Trim(boundary) != boundary) Add("a boundary with spaces at its ends");
  ForDashLines(before, [&](std::string_view line) {
    if (!line.empty() && line.front() != '-' && line.front() != ' ')
      Add("a line like a boundary before the first part");
  });
  ForDashLines(behind, [&](std::string_view line) {
    if (line.starts_with(boundary)) Add("parts behind the last boundary");
  });
}

bool Ambiguities::IsBoundary(std::string_view line) const {
  if (boundaries_.contains(line)) return true;
  return line.ends_with("--") && boundaries_.contains(line.substr(0, line.size() - 2));
}

// Lines that only begin with a boundary count, too, by the letter of RFC 2046 section 5.1.1; and
// not all take only LF for the end of a line, or only blanks for what may follow.
void Ambiguities::CheckLines() {
  if (boundaries_.empty()) return;
  // In their order, one that begins like another follows it.
  const auto like = std::adjacent_find(
      boundaries_.begin(), boundaries_.end(),
      [](const std::string& one, const std::string& next) { return next.starts_with(one); });
  if (like != boundaries_.end()) Add("a boundary that begins like another");
  if (text_.find("\r--") != std::string_view::npos) Add("a bare CR before a boundary");
  ForDashLines(text_, [&](std::string_view line) {
    if (line.empty() || IsBoundary(line)) return;
    if (std::any_of(boundaries_.begin(), boundaries_.end(),
                    [&](const std::string& boundary) { return line.starts_with(boundary); }))
      Add("a line that begins like a boundary");
  });
}

}  // namespace spillway
