// SPDX-License-Identifier: BSD-2-Clause
// Fields are searched from the bottom up, because relays add new fields at the top.
#include "milter/auth/signed_fields.h"

#include <algorithm>
#include <array>

#include "milter/auth/canonical.h"
#include "milter/auth/tag_list.h"

namespace spillway {

namespace {

// Fields that relays add or change (Received, Return-Path, results of others) are not among them.
constexpr std::array<std::string_view, 25> kRecommended = {"from",
                                                           "sender",
                                                           "reply-to",
                                                           "subject",
                                                           "date",
                                                           "message-id",
                                                           "to",
                                                           "cc",
                                                           "mime-version",
                                                           "content-type",
                                                           "content-transfer-encoding",
                                                           "content-disposition",
                                                           "in-reply-to",
                                                           "references",
                                                           "list-id",
                                                           "list-help",
                                                           "list-unsubscribe",
                                                           "list-unsubscribe-post",
                                                           "list-subscribe",
                                                           "list-post",
                                                           "list-owner",
                                                           "list-archive",
                                                           "resent-from",
                                                           "resent-to",
                                                           "resent-date"};

}  // namespace

std::vector<std::string_view> NamesInList(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const size_t end = std::min(list.find(':'), list.size());
    names.push_back(Trim(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

std::string SignedFields(const std::vector<HeaderField>& headers, std::string_view names,
                         bool relaxed) {
  std::string out;
  std::vector<bool> used(headers.size());
  for (const std::string_view name : NamesInList(names)) {
    for (size_t i = headers.size(); i-- > 0;) {
      if (used[i] || !EqualsNoCase(Trim(headers[i].name), name)) continue;
      used[i] = true;
      out += CanonicalHeader(headers[i], relaxed);
      break;
    }
  }
  return out;
}

std::string OwnField(const HeaderField& field, bool relaxed) {
  std::string out = CanonicalHeader({field.name, WithoutSignature(field.value)}, relaxed);
  return out.substr(0, out.size() - 2);
}

std::string FieldsToSign(const std::vector<HeaderField>& headers) {
  std::string out = "from";
  size_t written = 1;
  for (const std::string_view name : kRecommended) {
    const auto count = std::count_if(headers.begin(), headers.end(), [&](const HeaderField& field) {
      return EqualsNoCase(Trim(field.name), name);
    });
    for (auto i = count; i > 0 && written < kMaxSignedNames; --i, ++written)
      out += ":" + std::string(name);
  }
  return out;
}

std::string FoldNames(std::string_view names, size_t width) {
  std::string out;
  size_t column = 3;
  for (const std::string_view name : NamesInList(names)) {
    if (!out.empty()) out += ':';
    if (column + name.size() > width) {
      out += "\n\t ";
      column = 2;
    }
    out += name;
    column += name.size() + 1;
  }
  return out;
}

}  // namespace spillway
