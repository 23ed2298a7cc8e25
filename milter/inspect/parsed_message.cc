// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/parsed_message.h"

#include <algorithm>
#include <array>

#include "milter/inspect/ambiguity.h"
#include "milter/mail/header.h"

namespace spillway {

// The message as GLib has it, without a copy: GMime only reads it.
class ParsedMessage::Borrowed {
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

namespace {

// Fields of which readers take one or another, and then see other parts or another author.
bool TakesApart(std::string_view field) {
  constexpr std::array<std::string_view, 5> kFields = {
      "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version", "From"};
  return std::any_of(kFields.begin(), kFields.end(),
                     [&](std::string_view each) { return EqualsNoCase(field, each); });
}

// Not every GMime warning is an ambiguity: raw 8-bit data and a missing last boundary are common;
// several file names are normal, and all of them are checked; and a message forwarded from an mbox
// may contain a ">From " line.
void OnWarning(gint64 /*offset*/, GMimeParserWarning warning, const gchar* item, gpointer data) {
  auto& out = *static_cast<Inspection*>(data);
  const std::string name = TextOf(item).substr(0, 60);
  switch (warning) {
    case GMIME_CRIT_CONFLICTING_HEADER:
      if (TakesApart(name)) AddAmbiguity(out, "several fields " + name);
      return;
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

}  // namespace

ParsedMessage::ParsedMessage(std::string_view text, Inspection& out)
    : bytes_(std::make_unique<const Borrowed>(text)),
      options_(g_mime_parser_options_new()),
      stream_(g_mime_stream_mem_new_with_byte_array(bytes_->get())) {
  g_mime_parser_options_set_warning_callback(options_.get(), OnWarning, &out);
  g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream_.get()), FALSE);
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream_.get()));
  g_mime_parser_set_persist_stream(parser.get(), TRUE);
  message_.reset(g_mime_parser_construct_message(parser.get(), options_.get()));
}

ParsedMessage::~ParsedMessage() = default;

}  // namespace spillway
