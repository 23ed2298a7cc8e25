// SPDX-License-Identifier: BSD-2-Clause
// GMime parses; what it passes over without a word and others read differently is looked for here.
#include "milter/inspect/mime_walk.h"

#include <gmime/gmime.h>
#include <iconv.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "milter/inspect/archive_list.h"
#include "milter/inspect/file_names.h"
#include "milter/inspect/html_text.h"
#include "milter/inspect/office.h"
#include "milter/inspect/urls.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <typename T>
using Ref = std::unique_ptr<T, Unref>;

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

void AddAmbiguity(Inspection& out, const std::string& text) {
  auto& all = out.ambiguities;
  if (all.size() < InspectionLimits::kAmbiguities &&
      std::find(all.begin(), all.end(), text) == all.end())
    all.push_back(text);
}

// Not all that GMime warns of is ambiguous: raw 8-bit and a missing last boundary are daily bread.
void OnWarning(gint64 /*offset*/, GMimeParserWarning warning, const gchar* item, gpointer data) {
  auto& out = *static_cast<Inspection*>(data);
  const std::string name = TextOf(item).substr(0, 60);
  switch (warning) {
    case GMIME_CRIT_CONFLICTING_HEADER:
      return AddAmbiguity(out, "several fields " + name);
    case GMIME_CRIT_CONFLICTING_PARAMETER:
      return AddAmbiguity(out, "several parameters " + name);
    case GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY:
      return AddAmbiguity(out, "a multipart without a boundary");
    case GMIME_CRIT_INVALID_HEADER_NAME:
      return AddAmbiguity(out, "a header with a line that is no field");
    case GMIME_CRIT_NESTING_OVERFLOW:
      out.unreadable = "parts nested too deep";
      return;
    default:
      return;
  }
}

class Walk {
 public:
  Walk(std::string_view message, const FileTypes& types, InspectionWish wish, Inspection& out)
      : message_(message), types_(types), wish_(wish), out_(out) {}

  void Visit(GMimeObject* object, const std::string& path, size_t depth);

 private:
  void VisitMultipart(GMimeMultipart* multipart, const std::string& path, size_t depth);
  void VisitLeaf(GMimeObject* object, const std::string& path);
  void LookInside(std::string_view content, MimePart& part);
  void ReadText(GMimeObject* object, std::string_view content, const MimePart& part);
  void CheckHeaders(GMimeObject* object, std::vector<std::string>* names);
  void CheckEncoding(GMimeObject* object);
  void CheckBoundary(GMimeMultipart* multipart, const std::string& boundary);
  void CheckBase64(GMimeDataWrapper* content);
  std::string_view RawContent(GMimeDataWrapper* content) const;

  const std::string_view message_;
  const FileTypes& types_;
  const InspectionWish wish_;
  Inspection& out_;
  std::vector<std::string> boundaries_;  // of the multiparts around
  size_t read_ = 0;                      // octets of text
};

void Walk::Visit(GMimeObject* object, const std::string& path, size_t depth) {
  if (object == nullptr || !out_.unreadable.empty()) return;
  if (depth > InspectionLimits::kDepth || out_.parts.size() >= InspectionLimits::kParts) {
    out_.unreadable = depth > InspectionLimits::kDepth ? "parts nested too deep" : "too many parts";
    return;
  }
  CheckEncoding(object);
  if (GMIME_IS_MULTIPART(object)) {
    CheckHeaders(object, nullptr);
    VisitMultipart(GMIME_MULTIPART(object), path, depth);
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    CheckHeaders(object, nullptr);
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner != nullptr) Visit(g_mime_message_get_mime_part(inner), path + ".1", depth + 1);
  } else {
    VisitLeaf(object, path);
  }
}

void Walk::VisitMultipart(GMimeMultipart* multipart, const std::string& path, size_t depth) {
  const std::string boundary = TextOf(g_mime_multipart_get_boundary(multipart));
  CheckBoundary(multipart, boundary);
  boundaries_.push_back(boundary);
  const int count = g_mime_multipart_get_count(multipart);
  for (int i = 0; i < count && out_.unreadable.empty(); ++i)
    Visit(g_mime_multipart_get_part(multipart, i), path + "." + std::to_string(i + 1), depth + 1);
  boundaries_.pop_back();
}

// RFC 2046 section 5.1.1: lines that only begin with the boundary count, too, and nothing after
// the last one does.
void Walk::CheckBoundary(GMimeMultipart* multipart, const std::string& boundary) {
  if (boundary.empty()) return;
  if (Trim(boundary) != boundary) AddAmbiguity(out_, "a boundary with spaces at its ends");
  for (const std::string& outer : boundaries_) {
    if (boundary.starts_with(outer)) AddAmbiguity(out_, "a boundary that begins like another");
  }
  const std::string line = "\n--" + boundary;
  const std::string epilogue = "\n" + TextOf(g_mime_multipart_get_epilogue(multipart));
  if (epilogue.find(line) != std::string::npos)
    AddAmbiguity(out_, "parts behind the last boundary");
}

void Walk::CheckHeaders(GMimeObject* object, std::vector<std::string>* names) {
  GMimeHeaderList* list = g_mime_object_get_header_list(object);
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* header = g_mime_header_list_get_header_at(list, i);
    const std::string value = TextOf(g_mime_header_get_raw_value(header));
    for (size_t at = 0; (at = value.find('\r', at)) != std::string::npos; ++at) {
      if (at + 1 >= value.size() || value[at + 1] != '\n')
        AddAmbiguity(out_, "a field with a bare CR");
    }
    const std::string name = TextOf(g_mime_header_get_name(header));
    if (names != nullptr &&
        (EqualsNoCase(name, "Content-Type") || EqualsNoCase(name, "Content-Disposition")))
      AddFileNames(value, *names);
  }
}

// An encoding that is not one of the five names is read by some as the name it begins with, and
// by others as none at all; and what holds parts has none (RFC 2045 section 6.4).
void Walk::CheckEncoding(GMimeObject* object) {
  const char* text = g_mime_object_get_header(object, "Content-Transfer-Encoding");
  const std::string encoding = ToLower(Trim(TextOf(text)));
  if (encoding.empty() || encoding == "7bit" || encoding == "8bit" || encoding == "binary") return;
  if (encoding != "base64" && encoding != "quoted-printable")
    AddAmbiguity(out_, "a transfer encoding that does not exist");
  else if (!GMIME_IS_PART(object))
    AddAmbiguity(out_, "a transfer encoding around parts");
}

std::string_view Walk::RawContent(GMimeDataWrapper* content) const {
  const GMimeStream* stream = g_mime_data_wrapper_get_stream(content);
  if (stream == nullptr || stream->bound_start < 0) return {};
  const auto start = std::min(static_cast<size_t>(stream->bound_start), message_.size());
  const size_t end =
      stream->bound_end < 0 ? message_.size() : static_cast<size_t>(stream->bound_end);
  return message_.substr(start, end > start ? end - start : 0);
}

// Some go on behind the padding, some do not.
void Walk::CheckBase64(GMimeDataWrapper* content) {
  if (g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BASE64) return;
  std::string_view raw = RawContent(content);
  const size_t padding = raw.find('=');
  if (padding == std::string_view::npos) return;
  raw.remove_prefix(padding);
  const bool goes_on = std::any_of(raw.begin(), raw.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/';
  });
  if (goes_on) AddAmbiguity(out_, "base64 that goes on behind its end");
}

void Walk::VisitLeaf(GMimeObject* object, const std::string& path) {
  MimePart part;
  part.path = path.substr(1);
  const std::unique_ptr<char, decltype(&g_free)> type(
      g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)), &g_free);
  part.declared_type = ToLower(TextOf(type.get())).substr(0, InspectionLimits::kNameSize);
  CheckHeaders(object, &part.names);
  GMimeDataWrapper* content =
      GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : nullptr;
  if (content != nullptr) {
    CheckBase64(content);
    const Ref<GMimeStream> decoded(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, decoded.get());
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(decoded.get()));
    const std::string_view data(reinterpret_cast<const char*>(bytes->data), bytes->len);
    LookInside(data, part);
    if (part.declared_type.starts_with("text/")) ReadText(object, data, part);
  }
  out_.parts.push_back(std::move(part));
}

// What is of no charset that we know stays as it is.
std::string InUtf8(std::string_view content, const char* charset) {
  const Ref<GMimeStream> text(g_mime_stream_mem_new());
  const Ref<GMimeStream> stream(g_mime_stream_filter_new(text.get()));
  const Ref<GMimeFilter> filter(charset == nullptr ? nullptr
                                                   : g_mime_filter_charset_new(charset, "utf-8"));
  if (filter) g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream.get()), filter.get());
  g_mime_stream_write(stream.get(), content.data(), content.size());
  g_mime_stream_flush(stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(text.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

void Walk::ReadText(GMimeObject* object, std::string_view content, const MimePart& part) {
  if (content.empty() || (!wish_.text && !wish_.hosts)) return;
  const size_t room = InspectionLimits::kText - std::min(InspectionLimits::kText, read_);
  std::string text =
      InUtf8(content.substr(0, room), g_mime_object_get_content_type_parameter(object, "charset"));
  read_ += content.size();
  if (part.declared_type == "text/html") {
    HtmlText page = ReadHtml(text, room);
    if (wish_.hosts) {
      for (const std::string& link : page.links) AddLinkHost(link, out_.hosts);
    }
    text = std::move(page.text);
  }
  if (wish_.hosts) AddHosts(text, out_.hosts);
  if (wish_.text) out_.text += text + "\n";
}

void Walk::LookInside(std::string_view content, MimePart& part) {
  part.size = content.size();
  part.found_type = types_.Of(content);
  if (part.found_type == "text/plain") AddUuencodedNames(content, part.names);
  if (part.found_type == "application/x-ole-storage") LookIntoOle(content, part);
  if (!IsArchiveType(part.found_type)) return;
  ListArchive(content, part);
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

void PrepareCharsets() {
  for (const char* charset :
       {"us-ascii",     "utf-7",        "utf-16",       "iso-8859-1",   "iso-8859-2",
        "iso-8859-5",   "iso-8859-7",   "iso-8859-9",   "iso-8859-15",  "windows-1250",
        "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
        "windows-1256", "windows-1257", "koi8-r",       "koi8-u",       "gb2312",
        "gbk",          "gb18030",      "big5",         "shift_jis",    "euc-jp",
        "iso-2022-jp",  "euc-kr",       "iso-2022-kr",  "tis-620",      "macintosh"})
    static_cast<void>(iconv_open("utf-8", charset));
}

Inspection Inspect(std::string_view message, const FileTypes& types, InspectionWish wish) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  Inspection out;
  if (IsTooComplex(message)) {
    out.unreadable = "too many boundaries";
    return out;
  }
  if (message.find('\0') != std::string_view::npos) AddAmbiguity(out, "NUL octets");
  const std::unique_ptr<GMimeParserOptions, FreeOptions> options(g_mime_parser_options_new());
  g_mime_parser_options_set_warning_callback(options.get(), OnWarning, &out);
  const Borrowed bytes(message);
  const Ref<GMimeStream> stream(g_mime_stream_mem_new_with_byte_array(bytes.get()));
  g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream.get()), FALSE);
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  const Ref<GMimeMessage> parsed(g_mime_parser_construct_message(parser.get(), options.get()));
  if (!parsed) {
    out.unreadable = "no message";
    return out;
  }
  Walk(message, types, wish, out).Visit(g_mime_message_get_mime_part(parsed.get()), ".1", 0);
  return out;
}

}  // namespace spillway
