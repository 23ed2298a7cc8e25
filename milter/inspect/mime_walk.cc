// SPDX-License-Identifier: BSD-2-Clause
// From part to part of what GMime has parsed, with the checks for input that GMime accepts silently
// and other readers parse differently.
#include "milter/inspect/mime_walk.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

#include "milter/inspect/ambiguity.h"
#include "milter/inspect/archive_list.h"
#include "milter/inspect/complexity.h"
#include "milter/inspect/enclosed_files.h"
#include "milter/inspect/file_names.h"
#include "milter/inspect/gobject.h"
#include "milter/inspect/html_text.h"
#include "milter/inspect/office.h"
#include "milter/inspect/parsed_message.h"
#include "milter/inspect/part_text.h"
#include "milter/inspect/urls.h"
#include "milter/inspect/zip_names.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

class Walk {
 public:
  Walk(const FileTypes& types, InspectionWish wish, Inspection& out)
      : types_(types), wish_(wish), out_(out) {}

  // False: `text` is no message.
  bool VisitText(std::string_view text, const std::string& path, size_t depth);

 private:
  void Visit(GMimeObject* object, const std::string& path, size_t depth);
  void VisitMultipart(GMimeMultipart* multipart, const std::string& path, size_t depth);
  void VisitNode(GMimeObject* object, const std::string& path);
  void VisitLeaf(GMimeObject* object, const std::string& path, size_t depth);
  void LookInside(std::string_view content, MimePart& part);
  void VisitEnclosed(const std::vector<EnclosedFile>& files, const std::string& path, size_t depth);
  void VisitFilesIn(std::string_view content, const MimePart& part, size_t depth);
  void LookForArchive(std::string_view content, MimePart& part);
  void ReadText(GMimeObject* object, std::string_view content, const MimePart& part);
  void LookForHosts(std::string_view text);
  void CheckHeaders(GMimeObject* object, std::vector<std::string>& names);
  void Keep(MimePart part);
  std::string_view RawContent(GMimeDataWrapper* content) const;

  const FileTypes& types_;
  const InspectionWish wish_;
  Inspection& out_;
  // The text that GMime is walking: the message, or the innermost message that was a decoded part.
  std::string_view text_;
  Ambiguities* ambiguities_ = nullptr;
  size_t read_ = 0;  // octets of text
  ListingRoom room_;
};

bool Walk::VisitText(std::string_view text, const std::string& path, size_t depth) {
  if (const std::string_view why = TooComplex(text); !why.empty()) {
    out_.unreadable = why;
    return true;
  }
  const ParsedMessage parsed(text, out_);
  if (parsed.top() == nullptr) return false;
  Ambiguities ambiguities(text, out_);
  const auto around =
      std::pair(std::exchange(text_, text), std::exchange(ambiguities_, &ambiguities));
  Visit(parsed.top(), path, depth);
  ambiguities.CheckLines();
  std::tie(text_, ambiguities_) = around;
  return true;
}

std::string EncodingOf(GMimeObject* object) {
  return TextOf(g_mime_object_get_header(object, "Content-Transfer-Encoding"));
}

void Walk::Visit(GMimeObject* object, const std::string& path, size_t depth) {
  if (object == nullptr || !out_.unreadable.empty()) return;
  if (depth > InspectionLimits::kDepth || out_.parts.size() >= InspectionLimits::kParts) {
    out_.unreadable = depth > InspectionLimits::kDepth ? "parts nested too deep" : "too many parts";
    return;
  }
  if (!GMIME_IS_PART(object))
    ambiguities_->CheckEncoding(EncodingOf(object), Ambiguities::Content::kParts);
  if (GMIME_IS_MULTIPART(object)) {
    VisitNode(object, path);
    VisitMultipart(GMIME_MULTIPART(object), path, depth);
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    VisitNode(object, path);
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner != nullptr) Visit(g_mime_message_get_mime_part(inner), path + ".1", depth + 1);
  } else {
    VisitLeaf(object, path, depth);
  }
}

void Walk::VisitMultipart(GMimeMultipart* multipart, const std::string& path, size_t depth) {
  ambiguities_->CheckBoundary(TextOf(g_mime_multipart_get_boundary(multipart)),
                              TextOf(g_mime_multipart_get_prologue(multipart)),
                              TextOf(g_mime_multipart_get_epilogue(multipart)));
  const int count = g_mime_multipart_get_count(multipart);
  for (int i = 0; i < count && out_.unreadable.empty(); ++i)
    Visit(g_mime_multipart_get_part(multipart, i), path + "." + std::to_string(i + 1), depth + 1);
}

void Walk::CheckHeaders(GMimeObject* object, std::vector<std::string>& names) {
  GMimeHeaderList* list = g_mime_object_get_header_list(object);
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    const std::string value = TextOf(g_mime_header_get_raw_value(header));
    ambiguities_->CheckField(value);
    const std::string name = TextOf(g_mime_header_get_name(header));
    if (EqualsNoCase(name, "Content-Type"))
      ambiguities_->CheckType(value, GMIME_IS_MULTIPART(object));
    AddFileNames(name, value, names);
  }
}

void Walk::Keep(MimePart part) {
  if (part.names.size() >= InspectionLimits::kNames) AddAmbiguity(out_, "a part of many names");
  out_.parts.push_back(std::move(part));
}

std::string_view Walk::RawContent(GMimeDataWrapper* content) const {
  const GMimeStream* stream = g_mime_data_wrapper_get_stream(content);
  if (stream == nullptr || stream->bound_start < 0) return {};
  const auto start = std::min(static_cast<size_t>(stream->bound_start), text_.size());
  const size_t end = stream->bound_end < 0 ? text_.size() : static_cast<size_t>(stream->bound_end);
  return text_.substr(start, end > start ? end - start : 0);
}

bool HasNameEnding(const MimePart& part, std::initializer_list<std::string_view> endings) {
  return std::any_of(part.names.begin(), part.names.end(), [&](const std::string& name) {
    const std::string lower = ToLower(Trim(name));
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return lower.ends_with(ending); });
  });
}

// Would a browser open the part?
bool IsPage(const MimePart& part) {
  if (part.declared_type == "text/html" || part.declared_type == "application/xhtml+xml")
    return true;
  return HasNameEnding(part, {".htm", "html", ".svg"});
}

std::string DeclaredType(GMimeObject* object) {
  const std::unique_ptr<char, decltype(&g_free)> type(
      g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)), &g_free);
  return ToLower(TextOf(type.get())).substr(0, InspectionLimits::kNameSize);
}

// A multipart or message can have a file name, and some readers save it as a file.
void Walk::VisitNode(GMimeObject* object, const std::string& path) {
  MimePart part;
  CheckHeaders(object, part.names);
  if (part.names.empty()) return;
  part.path = path.substr(1);
  part.declared_type = DeclaredType(object);
  Keep(std::move(part));
}

// Does it begin with a field, or with what an mbox puts before it?
bool BeginsLikeMessage(std::string_view content) {
  const std::string_view line = content.substr(0, content.find('\n'));
  const size_t colon = line.find(':');
  if (line.starts_with("From ") || line.starts_with(">From ")) return true;
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return c > ' ' && c < 0x7f; });
}

// Some readers open a message that is encoded as a whole, or a part that is only named ".eml".
bool MayBeMessage(const MimePart& part, std::string_view content) {
  if (part.declared_type == "message/rfc822" || part.declared_type == "message/global") return true;
  return HasNameEnding(part, {".eml"}) && BeginsLikeMessage(content);
}

class Decoded {
 public:
  explicit Decoded(GMimeDataWrapper* content) : stream_(g_mime_stream_mem_new()) {
    g_mime_data_wrapper_write_to_stream(content, stream_.get());
  }
  std::string_view octets() const {
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream_.get()));
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
  }

 private:
  const Ref<GMimeStream> stream_;
};

void Walk::VisitLeaf(GMimeObject* object, const std::string& path, size_t depth) {
  MimePart part;
  part.path = path.substr(1);
  part.declared_type = DeclaredType(object);
  CheckHeaders(object, part.names);
  const bool nameless_text = part.declared_type == "text/plain" && part.names.empty();
  ambiguities_->CheckEncoding(EncodingOf(object), nameless_text
                                                      ? Ambiguities::Content::kNamelessText
                                                      : Ambiguities::Content::kOther);
  GMimeDataWrapper* content =
      GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : nullptr;
  if (content == nullptr) return Keep(std::move(part));
  if (g_mime_data_wrapper_get_encoding(content) == GMIME_CONTENT_ENCODING_BASE64)
    ambiguities_->CheckBase64(RawContent(content));
  const Decoded decoded(content);
  const std::string_view data = decoded.octets();
  LookInside(data, part);
  if (part.declared_type.starts_with("text/") || IsPage(part)) ReadText(object, data, part);
  if (nameless_text && IsNearlyQuotedPrintable(EncodingOf(object))) {
    g_mime_data_wrapper_set_encoding(content, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    const Decoded other(content);
    ReadText(object, other.octets(), part);
    VisitFilesIn(other.octets(), part, depth);
  }
  Keep(part);
  VisitFilesIn(data, part, depth);
  if (MayBeMessage(part, data)) VisitText(data, path + ".1", depth + 1);
}

void Walk::VisitFilesIn(std::string_view content, const MimePart& part, size_t depth) {
  if (part.found_type == "text/plain" || part.declared_type.starts_with("text/"))
    VisitEnclosed(FilesInText(content), part.path, depth);
  if (IsTnef(content)) VisitEnclosed(FilesInTnef(content), part.path, depth);
}

void Walk::VisitEnclosed(const std::vector<EnclosedFile>& files, const std::string& path,
                         size_t depth) {
  for (size_t i = 0; i < files.size() && out_.unreadable.empty(); ++i) {
    if (depth >= InspectionLimits::kDepth || out_.parts.size() >= InspectionLimits::kParts) {
      out_.unreadable = "too many files in files";
      return;
    }
    MimePart part{.path = path + "/" + std::to_string(i + 1), .unreadable = files[i].unreadable};
    AddFileName(files[i].name, part.names);
    LookInside(files[i].content, part);
    Keep(part);
    VisitFilesIn(files[i].content, part, depth + 1);
  }
}

void Walk::LookForHosts(std::string_view text) {
  if (!AddHosts(text, out_.hosts)) out_.unread = "more hosts than are looked for";
}

void Walk::ReadText(GMimeObject* object, std::string_view content, const MimePart& part) {
  if (content.empty() || (!wish_.text && !wish_.hosts)) return;
  const size_t room = InspectionLimits::kText - std::min(InspectionLimits::kText, read_);
  PartText text = InUtf8(content.substr(0, room),
                         TextOf(g_mime_object_get_content_type_parameter(object, "charset")));
  read_ += content.size();
  if (content.size() > room) out_.unread = "more text than is looked at";
  if (!text.known) out_.unread = "text in a charset that is not known";
  // Search the raw page too: markup that our parser drops may be a link for another parser.
  if (wish_.hosts) LookForHosts(text.utf8);
  if (IsPage(part)) {
    HtmlText page = ReadHtml(text.utf8, room);
    if (page.cut) out_.unread = "a page of too many tags or attributes";
    if (wish_.hosts) {
      for (const std::string& link : page.links) AddLinkHost(link, out_.hosts);
      LookForHosts(page.text);
    }
    text.utf8 = std::move(page.text);
  }
  if (out_.hosts.size() >= InspectionLimits::kHosts) out_.unread = "more hosts than are looked for";
  if (wish_.text) out_.text += text.utf8 + "\n";
}

void Walk::LookInside(std::string_view content, MimePart& part) {
  part.size = content.size();
  part.found_type = types_.Of(content);
  if (part.found_type == "application/x-ole-storage") LookIntoOle(content, part);
  if (part.found_type == "application/onenote") LookIntoOneNote(content, part);
  LookForArchive(content, part);
}

// Windows finds the files of a zip whatever stands before them.
void Walk::LookForArchive(std::string_view content, MimePart& part) {
  constexpr size_t kLastPart = 65536 + 22;  // APPNOTE 4.3.16: the end of a zip, with its comment
  const bool known = IsArchiveType(part.found_type);
  const bool called = !known && !content.empty() &&
                      (IsArchiveType(part.declared_type) ||
                       std::any_of(part.names.begin(), part.names.end(), IsArchiveName));
  const auto end = content.substr(content.size() - std::min(content.size(), kLastPart));
  const bool hidden = !known && end.rfind("PK\x05\x06") != std::string_view::npos;
  if (!known && !called && !hidden) return;
  ListArchive(content, room_, part);
  if (!known && part.members.empty() && !part.encrypted) {
    // Text without NUL is not an archive, whatever its name; an empty archive may be all zeros.
    const bool harmless = content.find('\0') == std::string_view::npos ||
                          content.find_first_not_of('\0') == std::string_view::npos;
    part.unreadable = called && !harmless ? "not the archive that it is called" : "";
  }
  if (part.found_type != "application/zip") return;
  if (ZipNamesDiffer(content)) AddAmbiguity(out_, "a zip whose directory names other files");
  LookIntoOfficeZip(part);
}

}  // namespace

Inspection Inspect(std::string_view message, const FileTypes& types, InspectionWish wish) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  Inspection out;
  if (message.find('\0') != std::string_view::npos) AddAmbiguity(out, "NUL octets");
  if (!Walk(types, wish, out).VisitText(message, ".1", 0)) out.unreadable = "no message";
  return out;
}

}  // namespace spillway
