// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/tag_list.h"

#include <algorithm>
#include <cctype>

#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kMaxText = 64 << 10;
constexpr size_t kMaxTags = 200;

bool IsTagName(std::string_view name) {
  const auto letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

TagPart PartOf(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {.text = text, .value_at = text.size()};
  return {.text = text,
          .name = Trim(text.substr(0, equals)),
          .value = Trim(text.substr(equals + 1)),
          .value_at = equals + 1};
}

}  // namespace

std::vector<TagPart> SplitTags(std::string_view text) {
  std::vector<TagPart> parts;
  while (true) {
    const size_t end = std::min(text.find(';'), text.size());
    parts.push_back(PartOf(text.substr(0, end)));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<TagList> ParseTagList(std::string_view text) {
  if (text.size() > kMaxText) return std::nullopt;
  std::vector<TagPart> parts = SplitTags(text);
  // Only behind the last semicolon there may be nothing.
  if (parts.size() > 1 && Trim(parts.back().text).empty()) parts.pop_back();
  if (parts.size() > kMaxTags) return std::nullopt;
  TagList tags;
  for (const TagPart& part : parts) {
    if (!IsTagName(part.name) || !tags.emplace(part.name, part.value).second) return std::nullopt;
  }
  return tags;
}

TagList ReadTagListLeniently(std::string_view text) {
  TagList tags;
  for (const TagPart& part : SplitTags(text.substr(0, kMaxText))) {
    if (tags.size() == kMaxTags) break;
    if (IsTagName(part.name)) tags.emplace(ToLower(part.name), part.value);
  }
  return tags;
}

std::string TagValue(const TagList& tags, std::string_view name) {
  const auto tag = tags.find(name);
  return tag == tags.end() ? std::string() : tag->second;
}

std::string WithoutSignature(std::string_view text) {
  std::string out;
  for (const TagPart& part : SplitTags(text)) {
    if (part.text.data() != text.data()) out += ';';
    out += part.name == "b" ? part.text.substr(0, part.value_at) : part.text;
  }
  return out;
}

std::string WithoutWhiteSpace(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

}  // namespace spillway
