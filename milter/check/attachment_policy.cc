// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/attachment_policy.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <utility>

#include "milter/base/contains.h"
#include "milter/base/log.h"
#include "milter/inspect/archive_list.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

// U+200B to U+200F, U+202A to U+202E and U+2066 to U+2069: not seen, or they turn the writing.
constexpr std::array<std::string_view, 14> kUnseen = {
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b",
    "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};

constexpr std::array<std::string_view, 20> kDocuments = {
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "txt", "rtf", "csv",
    "odt", "ods",  "jpg", "jpeg", "png", "gif",  "bmp", "tif", "mp3", "mp4"};
// Opened by what runs scripts, and not on everybody's list.
constexpr std::array<std::string_view, 6> kPages = {"htm", "html", "xhtml", "shtml", "svg", "mht"};

// What Windows, macOS or Office run, or open as an order to fetch and run something.
constexpr std::string_view kExtensions =
    "ace ade adp appinstaller application appref-ms appx appxbundle asx bas bat cab chm "
    "cmd com cpl crt diagcab dll exe gadget hlp hpj hta htc img inf ins iqy iso isp its "
    "jar jnlp job js jse library-ms lnk mdb mde mht msc msh mshxml msi msix msixbundle "
    "msp mst msu ocx one osd pcd pif ppam ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 py "
    "pyc pyw pyz pyzw rdp reg scf scr sct search-ms searchconnector-ms settingcontent-ms "
    "shb shs slk sys theme udl url vb vbe vbs vhd vhdx vsmacros vsto webpnp website wll "
    "ws wsb wsc wsf wsh xbap xlam xll xnk";

// Removes invisible characters from `name`. True if one of them has no legitimate use in text
// (U+200C and U+200D do: they join letters and emoji).
bool TakeUnseen(std::string& name) {
  bool found = false;
  for (const std::string_view sign : kUnseen) {
    for (size_t at = 0; (at = name.find(sign, at)) != std::string::npos;) {
      name.erase(at, sign.size());
      found = found || (sign != "\u200c" && sign != "\u200d");
    }
  }
  return found;
}

// Cuts the last extension off.
std::string TakeExtension(std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {};
  std::string extension(Trim(std::string_view(name).substr(dot + 1)));
  name.resize(dot);
  return extension;
}

std::string Quoted(std::string_view name) {
  std::string safe = LogSafe(name, 60);
  std::replace(safe.begin(), safe.end(), '"', '\'');
  return "\"" + safe + "\"";
}

bool Matches(std::string_view pattern, std::string_view type) {
  if (pattern.ends_with("/*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == type;
}

}  // namespace

Strings DefaultExtensions() {
  std::istringstream words{std::string(kExtensions)};
  return {std::istream_iterator<std::string>(words), {}};
}

std::vector<TomlKey> AttachmentsOptions::Keys() {
  return With({{"check", &check, 0, 0, ValidClass},
               {"forbidden_extensions", &forbidden_extensions, 0, 0, ValidExtension},
               {"forbidden_types", &forbidden_types, 0, 0, ValidMediaType},
               {"on_forbidden", &on_forbidden, 0, 0, ValidContentAction},
               {"on_misleading", &on_misleading, 0, 0, ValidContentAction},
               {"on_macros", &on_macros, 0, 0, ValidContentAction},
               {"on_encrypted", &on_encrypted, 0, 0, ValidContentAction},
               {"on_nested", &on_nested, 0, 0, ValidContentAction},
               {"on_ambiguous", &on_ambiguous, 0, 0, ValidContentAction},
               {"on_unreadable", &on_unreadable, 0, 0, ValidContentAction}});
}

ReadName ReadFileName(std::string_view name) {
  constexpr size_t kManySpaces = 5;
  std::string text = ToLower(name.substr(0, name.find('\0')));
  ReadName out;
  out.disguised = TakeUnseen(text) || text.find(std::string(kManySpaces, ' ')) != std::string::npos;
  if (const size_t slash = text.find_last_of("/\\"); slash != std::string::npos)
    text.erase(0, slash + 1);
  // Windows ignores "::$DATA" in "a.exe::$DATA", and dots and spaces at the end of a name.
  if (const size_t colon = text.find("::$"); colon != std::string::npos) text.resize(colon);
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  out.extension = TakeExtension(text);
  out.before = TakeExtension(text);
  return out;
}

class AttachmentPolicy::Findings {
 public:
  explicit Findings(std::string place) : place_(std::move(place)) {}

  void Add(const std::string& text, const std::string& action) {
    all_.push_back({text + (place_.empty() ? "" : " (" + place_ + ")"), WishFrom(action)});
  }
  std::vector<AttachmentFinding>& all() { return all_; }

 private:
  const std::string place_;
  std::vector<AttachmentFinding> all_;
};

AttachmentPolicy::AttachmentPolicy(const AttachmentsOptions& options) : options_(options) {}

bool AttachmentPolicy::IsForbiddenName(std::string_view extension) const {
  return Contains(options_.forbidden_extensions, extension);
}

bool AttachmentPolicy::IsForbiddenType(std::string_view type) const {
  return std::any_of(options_.forbidden_types.begin(), options_.forbidden_types.end(),
                     [&](const std::string& pattern) { return Matches(pattern, type); });
}

void AttachmentPolicy::JudgeNames(const MimePart& part, Findings& out) const {
  bool forbidden = false;
  bool misleading = false;
  for (const std::string& name : part.names) {
    const ReadName read = ReadFileName(name);
    // "logo@example.com" is the id of a picture.
    const bool host = read.extension == "com" && name.find('@') != std::string::npos;
    const bool bad = !host && IsForbiddenName(read.extension);
    if (bad && !std::exchange(forbidden, true))
      out.Add("forbidden name " + Quoted(name), options_.on_forbidden);
    const bool twofold =
        Contains(kDocuments, read.before) && (bad || Contains(kPages, read.extension));
    if ((read.disguised || twofold) && !std::exchange(misleading, true))
      out.Add("misleading name " + Quoted(name), options_.on_misleading);
  }
}

void AttachmentPolicy::JudgeMembers(const MimePart& part, Findings& out) const {
  bool forbidden = false;
  bool nested = false;
  for (const ArchiveMember& member : part.members) {
    if (IsForbiddenName(ReadFileName(member.name).extension) && !std::exchange(forbidden, true))
      out.Add("forbidden name " + Quoted(member.name) + " in an archive", options_.on_forbidden);
    if (IsArchiveName(member.name) && !std::exchange(nested, true))
      out.Add("archive " + Quoted(member.name) + " in an archive", options_.on_nested);
  }
}

std::vector<AttachmentFinding> AttachmentPolicy::Judge(const Inspection& inspection,
                                                       Cut cut) const {
  std::vector<AttachmentFinding> all;
  const auto take = [&](Findings& found) {
    all.insert(all.end(), found.all().begin(), found.all().end());
  };
  Findings whole("");
  if (!inspection.unreadable.empty())
    whole.Add("not looked into: " + LogSafe(inspection.unreadable, 100), options_.on_unreadable);
  if (cut == Cut::kHeader)
    whole.Add("not looked into: too many header fields", options_.on_unreadable);
  for (const std::string& text : inspection.ambiguities)
    whole.Add("ambiguous: " + LogSafe(text, 100), options_.on_ambiguous);
  take(whole);
  for (const MimePart& part : inspection.parts) {
    Findings found(LogSafe(part.path, 20));
    JudgeNames(part, found);
    for (const std::string_view type : {part.found_type, part.declared_type}) {
      if (!IsForbiddenType(type)) continue;
      found.Add("forbidden type " + LogSafe(type, 60), options_.on_forbidden);
      break;
    }
    JudgeMembers(part, found);
    if (part.encrypted) found.Add("encrypted", options_.on_encrypted);
    if (part.macros) found.Add("macros", options_.on_macros);
    // The last part is unreadable because our limit cut it off; the cut is reported separately.
    const bool was_cut = cut == Cut::kBody && &part == &inspection.parts.back();
    if (!part.unreadable.empty() && !was_cut)
      found.Add("not looked into: " + LogSafe(part.unreadable, 100), options_.on_unreadable);
    take(found);
  }
  return all;
}

}  // namespace spillway
