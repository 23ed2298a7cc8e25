// SPDX-License-Identifier: BSD-2-Clause
// GMime parses the message. This file adds the checks for input that GMime accepts silently and
// other readers parse differently.
#include "milter/inspect/mime_walk.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

#include "milter/inspect/ambiguity.h"
#include "milter/inspect/archive_list.h"
#include "milter/inspect/file_names.h"
#include "milter/inspect/gobject.h"
#include "milter/inspect/html_text.h"
#include "milter/inspect/office.h"
#include "milter/inspect/part_text.h"
#include "milter/inspect/urls.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

struct FreeOptions {
  void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
};

// The message as GLib has it, without a copy: GMime only reads it.
class Borrowed {
 public:
  explicit Borrowed(std::string_view text) : array_(g_byte_array_new()) {
    array_->data = reinterpret_cast<guint8*>(const_cast<char*>(text.data()));
    array_->len = static_cast<guint>(text.size());
  }
  ~Borrowed() {
    g_byte_array_steal(array_, nullptr);
    g_byte_array_unref(array_);
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  GByteArray* get() const { return array_; }

 private:
  GByteArray* array_;
};

std::string TextOf(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

// Not every GMime warning is an ambiguity: raw 8-bit data and a missing last boundary are common;
// several file names are normal, and all of them are checked; and a message forwarded from an mbox
// may contain a ">From " line.
void OnWarning(gint64 /*offset*/, GMimeParserWarning warning, const gchar* item, gpointer data) {
  auto& out = *static_cast<Inspection*>(data);
  const std::string name = TextOf(item).substr(0, 60);
  switch (warning) {
    case GMIME_CRIT_CONFLICTING_HEADER:
      return AddAmbiguity(out, "several fields " + name);
    case GMIME_CRIT_CONFLICTING_PARAMETER:
      if (name != "name" && name != "filename") AddAmbiguity(out, "several parameters " + name);
      return;
    case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
      return AddAmbiguity(out, "a multipart without a boundary");
    case GMIME_CRIT_INVALID_HEADER_NAME:
      if (!name.starts_with(">From ")) AddAmbiguity(out, "a header with a line that is no field");
      return;
    case GMIME_CRIT_NESTING_OVERFLOW:
      out.unreadable = "parts nested too deep";
      return;
    default:
      return;
  }
}

// A message that GMime has taken apart. `text` outlives it.
class Parsed {
 public:
  Parsed(std::string_view text, Inspection& out)
      : bytes_(text),
        options_(g_mime_parser_options_new()),
        stream_(g_mime_stream_mem_new_with_byte_array(bytes_.get())) {
    g_mime_parser_options_set_warning_callback(options_.get(), OnWarning, &out);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream_.get()), FALSE);
    const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream_.get()));
    g_mime_parser_set_persist_stream(parser.get(), TRUE);
    message_.reset(g_mime_parser_construct_message(parser.get(), options_.get()));
  }
  // Null: it is none.
  GMimeObject* top() const {
    return message_ ? g_mime_message_get_mime_part(message_.get()) : nullptr;
  }

 private:
  const Borrowed bytes_;
  const std::unique_ptr<GMimeParserOptions, FreeOptions> options_;
  const Ref<GMimeStream> stream_;
  Ref<GMimeMessage> message_;
};

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
  void LookForArchive(std::string_view content, MimePart& part);
  void ReadText(GMimeObject* object, std::string_view content, const MimePart& part);
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
  if (IsTooComplex(text)) {
    out_.unreadable = "too many boundaries";
    return true;
  }
  const Parsed parsed(text, out_);
  if (parsed.top() == nullptr) return false;
  Ambiguities ambiguities(text, out_);
  const auto around =
      std::pair(std::exchange(text_, text), std::exchange(ambiguities_, &ambiguities));
  Visit(parsed.top(), path, depth);
  ambiguities.CheckLines();
  std::tie(text_, ambiguities_) = around;
  return true;
}

void Walk::Visit(GMimeObject* object, const std::string& path, size_t depth) {
  if (object == nullptr || !out_.unreadable.empty()) return;
  if (depth > InspectionLimits::kDepth || out_.parts.size() >= InspectionLimits::kParts) {
    out_.unreadable = depth > InspectionLimits::kDepth ? "parts nested too deep" : "too many parts";
    return;
  }
  ambiguities_->CheckEncoding(TextOf(g_mime_object_get_header(object, "Content-Transfer-Encoding")),
                              GMIME_IS_PART(object));
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

void Walk::VisitLeaf(GMimeObject* object, const std::string& path, size_t depth) {
  MimePart part;
  part.path = path.substr(1);
  part.declared_type = DeclaredType(object);
  CheckHeaders(object, part.names);
  GMimeDataWrapper* content =
      GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : nullptr;
  if (content == nullptr) return Keep(std::move(part));
  if (g_mime_data_wrapper_get_encoding(content) == GMIME_CONTENT_ENCODING_BASE64)
    ambiguities_->CheckBase64(RawContent(content));
  const Ref<GMimeStream> decoded(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, decoded.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(decoded.get()));
  const std::string_view data(reinterpret_cast<const char*>(bytes->data), bytes->len);
  LookInside(data, part);
  if (part.declared_type.starts_with("text/") || IsPage(part)) ReadText(object, data, part);
  const bool message = MayBeMessage(part, data);
  Keep(std::move(part));
  if (message) VisitText(data, path + ".1", depth + 1);
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
  if (wish_.hosts) AddHosts(text.utf8, out_.hosts);
  if (IsPage(part)) {
    HtmlText page = ReadHtml(text.utf8, room);
    if (wish_.hosts) {
      for (const std::string& link : page.links) AddLinkHost(link, out_.hosts);
      AddHosts(page.text, out_.hosts);
    }
    text.utf8 = std::move(page.text);
  }
  if (out_.hosts.size() >= InspectionLimits::kHosts) out_.unread = "more hosts than are looked for";
  if (wish_.text) out_.text += text.utf8 + "\n";
}

void Walk::LookInside(std::string_view content, MimePart& part) {
  part.size = content.size();
  part.found_type = types_.Of(content);
  if (part.found_type == "text/plain" || part.declared_type.starts_with("text/"))
    AddUuencodedNames(content, part.names);
  if (part.found_type == "application/x-ole-storage") LookIntoOle(content, part);
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
  if (part.found_type == "application/zip") LookIntoOfficeZip(part);
}

}  // namespace

bool IsTooComplex(std::string_view message) {
  constexpr size_t kMaxLines = 100000;
  constexpr size_t kMaxComparisons = 4000000;  // 40 ms
  size_t lines = 0;
  for (size_t at = 0; (at = message.find("\n--", at)) != std::string_view::npos; ++at) ++lines;
  if (lines > kMaxLines) return true;
  if (lines < kMaxComparisons / 1024) return false;  // GMime keeps no more boundaries than that
  constexpr std::string_view kWord = "boundary";
  size_t boundaries = 1;
  const auto same = [](char a, char b) { return (a | 0x20) == b; };
  for (auto at = message.begin();; at += kWord.size(), ++boundaries) {
    at = std::search(at, message.end(), kWord.begin(), kWord.end(), same);
    if (at == message.end()) break;
  }
  return lines * std::min<size_t>(boundaries, 1024) > kMaxComparisons;
}

Inspection Inspect(std::string_view message, const FileTypes& types, InspectionWish wish) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  Inspection out;
  if (message.find('\0') != std::string_view::npos) AddAmbiguity(out, "NUL octets");
  if (!Walk(types, wish, out).VisitText(message, ".1", 0)) out.unreadable = "no message";
  return out;
}

}  // namespace spillway
