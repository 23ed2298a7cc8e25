// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/html_rewrite.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "milter/base/contains.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

struct Entity {
  std::string_view name;
  char sign;
};
constexpr std::array<Entity, 13> kEntities = {{{"&period;", '.'},
                                               {"&colon;", ':'},
                                               {"&sol;", '/'},
                                               {"&bsol;", '\\'},
                                               {"&commat;", '@'},
                                               {"&quest;", '?'},
                                               {"&num;", '#'},
                                               {"&percnt;", '%'},
                                               {"&lowbar;", '_'},
                                               {"&hyphen;", '-'},
                                               {"&Tab;", '\t'},
                                               {"&NewLine;", '\n'},
                                               {"&excl;", '!'}}};

constexpr size_t kLongest = 9;  // name of an entity

// Elements in which "<" only begins the end tag; kLeftOut are dropped with their content.
constexpr std::array<std::string_view, 2> kLeftOut = {"script", "style"};
constexpr std::array<std::string_view, 5> kRawText = {"title", "textarea", "xmp", "noembed",
                                                      "noframes"};

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Does a named entity of HTML begin here?
bool IsNamed(std::string_view text) {
  constexpr size_t kRoom = 34;  // with "&" and ";"
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  const auto name = text.substr(1, kRoom);
  const auto end = std::find_if_not(name.begin(), name.end(), letter);
  return end != name.begin() && end != name.end() && *end == ';';
}

// Of XML (section 2.2), which libxml2 goes by.
bool IsCharacter(uint32_t number) {
  if (number < ' ') return number == '\t' || number == '\n' || number == '\r';
  return number < 0xd800 || (number > 0xdfff && number < 0xfffe) ||
         (number > 0xffff && number < 0x110000);
}

// A character by its number, "&#46" or "&#x2e;", as browsers read it. Returns the octets taken; 0:
// it is none.
size_t AppendNumbered(std::string_view text, std::string& out) {
  const bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
  const char* const begin = text.data() + (hex ? 3 : 2);
  uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(begin, text.data() + text.size(), number, hex ? 16 : 10);
  if (end == begin) return 0;
  const bool good = error == std::errc() && IsCharacter(number);
  out += good ? "&#" + std::to_string(number) + ";" : "\ufffd";
  const auto taken = static_cast<size_t>(end - text.data());
  return taken + (taken < text.size() && *end == ';' ? 1 : 0);
}

// libxml2 makes up a message for each "&" that stands for itself, or for no character, which takes
// longer than all else.
void AppendWithSigns(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    const size_t next = std::min(text.find('&', at), text.size());
    out += text.substr(at, next - at);
    at = next;
    if (at == text.size()) return;
    if (text.substr(at, 2) == "&#") {
      if (const size_t taken = AppendNumbered(text.substr(at), out); taken > 0) {
        at += taken;
        continue;
      }
    }
    const size_t end = text.substr(at, kLongest).find(';');
    const std::string_view name = end == std::string_view::npos ? "" : text.substr(at, end + 1);
    const auto* const entity = std::find_if(kEntities.begin(), kEntities.end(),
                                            [&](const Entity& each) { return each.name == name; });
    if (entity != kEntities.end())
      out += entity->sign;
    else
      out += IsNamed(text.substr(at)) ? "&" : "&amp;";
    at += entity == kEntities.end() ? 1 : entity->name.size();
  }
}

// The length of the tag at the front. A quote counts only where a value may begin.
size_t TagLength(std::string_view html) {
  char before = '<';
  for (size_t at = 1; at < html.size(); ++at) {
    const char c = html[at];
    if (c == '>') return at + 1;
    if ((c == '"' || c == '\'') && before == '=') {
      at = html.find(c, at + 1);
      if (at == std::string_view::npos) break;
    }
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') before = c;
  }
  return html.size();
}

// The length of the tag up to the end of so many attributes; all of it, if it has fewer.
size_t LengthOfSome(std::string_view tag) {
  constexpr size_t kMost = 300;
  size_t attributes = 0;
  char before = '<';
  bool blank = false;
  for (size_t at = 1; at < tag.size(); ++at) {
    const char c = tag[at];
    if ((c == '"' || c == '\'') && before == '=')
      at = std::min(tag.find(c, at + 1), tag.size() - 1);
    const bool now_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/';
    if (blank && !now_blank && c != '=' && ++attributes > kMost) return at;
    blank = now_blank || c == '"' || c == '\'';
    if (!now_blank) before = c;
  }
  return tag.size();
}

std::string TagName(std::string_view tag) {
  size_t end = 1;
  while (end < tag.size() && std::isalnum(static_cast<unsigned char>(tag[end])) != 0) ++end;
  return ToLower(tag.substr(1, end - 1));
}

// Where the end tag of `name` begins; the end of `html` without one.
size_t EndTag(std::string_view html, std::string_view name) {
  for (size_t at = 0; (at = html.find("</", at)) != std::string_view::npos; ++at) {
    if (EqualsNoCase(html.substr(at + 2, name.size()), name)) return at;
  }
  return html.size();
}

// The length of what begins with "<!--" at the front and is not shown: a comment, or only the mark
// of a condition.
size_t CommentLength(std::string_view html) {
  constexpr std::string_view kOpen = "<!--";
  if (html.starts_with("<!-->")) return 5;
  if (html.starts_with("<!--->")) return 6;
  if (html.starts_with("<!--[if")) return std::min(html.find('>'), html.size() - 1) + 1;
  for (size_t at = kOpen.size(); (at = html.find("--", at)) != std::string_view::npos; ++at) {
    if (html.substr(at + 2, 1) == ">") return at + 3;
    if (html.substr(at + 2, 2) == "!>") return at + 4;
  }
  return html.size();
}

// Takes a tag from the front, and with it what stands in an element that has no tags inside.
void TakeTag(std::string_view& html, std::string& out, bool& cut) {
  const std::string_view tag = html.substr(0, TagLength(html));
  html.remove_prefix(tag.size());
  const size_t length = LengthOfSome(tag);
  AppendWithSigns(tag.substr(0, length), out);
  if (length < tag.size()) out += '>';
  cut = cut || length < tag.size();
  const std::string name = TagName(tag);
  if (Contains(kLeftOut, name)) html.remove_prefix(EndTag(html, name));
  if (!Contains(kRawText, name)) return;
  const std::string_view inside = html.substr(0, EndTag(html, name));
  html.remove_prefix(inside.size());
  std::string text;
  AppendWithSigns(inside, text);
  for (const char c : text) out += c == '<' ? "&lt;" : std::string(1, c);
}

}  // namespace

std::string RewriteHtml(std::string_view html, bool& cut) {
  constexpr std::string_view kEndOfCondition = "<![endif]-->";
  constexpr size_t kMostTags = 60000;
  size_t tags = 0;
  std::string out;
  out.reserve(html.size());
  while (!html.empty()) {
    const size_t text = std::min(html.find('<'), html.size());
    AppendWithSigns(html.substr(0, text), out);
    html.remove_prefix(text);
    if (html.starts_with("<!--")) {
      html.remove_prefix(CommentLength(html));
    } else if (html.starts_with(kEndOfCondition)) {
      html.remove_prefix(kEndOfCondition.size());
    } else if (html.size() > 1 && (IsLetter(html[1]) || html[1] == '/')) {
      if (++tags > kMostTags) {
        cut = true;
        return out;
      }
      TakeTag(html, out, cut);
    } else if (!html.empty()) {
      out += '<';
      html.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace spillway
