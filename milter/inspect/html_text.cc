// SPDX-License-Identifier: BSD-2-Clause
// libxml2 tells of tags as it comes to them, and keeps no tree.
#include "milter/inspect/html_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include <algorithm>
#include <array>
#include <memory>

#include "milter/base/contains.h"
#include "milter/inspect/html_rewrite.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 8> kLinks = {"href",       "src",  "action", "background",
                                                    "formaction", "data", "poster", "xlink:href"};
// Whose ends part words.
constexpr std::array<std::string_view, 10> kBlocks = {"p",  "div", "br", "tr", "td",
                                                      "li", "h1",  "h2", "h3", "table"};

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

struct Reading {
  HtmlText out;
  size_t limit = 0;
  size_t links_size = 0;
  int hidden = 0;  // scripts and styles around
};

Reading& Of(void* context) {
  return *static_cast<Reading*>(context);
}

bool IsHidden(std::string_view tag) {
  return tag == "script" || tag == "style";
}

void OnStart(void* context, const xmlChar* name, const xmlChar** attributes) {
  Reading& reading = Of(context);
  const std::string tag = ToLower(View(name));
  if (IsHidden(tag)) ++reading.hidden;
  if (Contains(kBlocks, tag)) reading.out.text += ' ';
  for (; attributes != nullptr && *attributes != nullptr; attributes += 2) {
    const std::string_view value = View(attributes[1]);
    if (!Contains(kLinks, ToLower(View(attributes[0])))) continue;
    reading.links_size += value.size();
    if (reading.links_size <= reading.limit) reading.out.links.emplace_back(value);
  }
}

void OnEnd(void* context, const xmlChar* name) {
  Reading& reading = Of(context);
  const std::string tag = ToLower(View(name));
  if (IsHidden(tag) && reading.hidden > 0) --reading.hidden;
  if (Contains(kBlocks, tag)) reading.out.text += ' ';
}

void OnText(void* context, const xmlChar* text, int size) {
  Reading& reading = Of(context);
  if (reading.hidden > 0 || reading.out.text.size() >= reading.limit) return;
  reading.out.text.append(View(text).substr(0, std::min(static_cast<size_t>(size), reading.limit)));
}

struct FreeParser {
  void operator()(htmlParserCtxt* parser) const { htmlFreeParserCtxt(parser); }
};

}  // namespace

HtmlText ReadHtml(std::string_view page, size_t limit) {
  constexpr size_t kChunk = 4096;
  Reading reading;
  reading.limit = limit;
  htmlSAXHandler handler{};
  handler.startElement = OnStart;
  handler.endElement = OnEnd;
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = OnText;
  const std::unique_ptr<htmlParserCtxt, FreeParser> parser(
      htmlCreatePushParserCtxt(&handler, &reading, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (!parser) return reading.out;
  htmlCtxtUseOptions(parser.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                       HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  const std::string rewritten = RewriteHtml(page, reading.out.cut);
  std::string_view html = rewritten;
  for (; !html.empty(); html.remove_prefix(std::min(html.size(), kChunk))) {
    const auto piece = html.substr(0, kChunk);
    htmlParseChunk(parser.get(), piece.data(), static_cast<int>(piece.size()), 0);
  }
  htmlParseChunk(parser.get(), nullptr, 0, 1);
  return reading.out;
}

void PrepareHtml() {
  xmlInitParser();
  ReadHtml("<p>&eacute;</p>", 100);
}

}  // namespace spillway
