// SPDX-License-Identifier: BSD-2-Clause
// A descent through the grammar of RFC 5322 section 3.4, one function for each rule.
#include "milter/mail/from.h"

#include <algorithm>

#include "milter/base/contains.h"
#include "milter/mail/idna.h"
#include "milter/mail/shown_domains.h"

namespace spillway {

namespace {

constexpr size_t kMaxField = 64 * 1024;
constexpr int kMaxComments = 16;  // nested

bool IsAtext(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || std::isalnum(u) != 0 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

// Each rule returns false, with error() set, when the text is not one.
class FromReader {
 public:
  explicit FromReader(std::string_view text) : text_(text) {}

  bool MailboxList() {
    do {
      if (!Mailbox()) return false;
    } while (Take(','));
    return AtEnd() || Fail("text behind the address");
  }
  const std::vector<std::string>& domains() const { return domains_; }
  const std::string& error() const { return error_; }

 private:
  bool Fail(const char* error) {
    if (error_.empty()) error_ = error;
    return false;
  }
  bool AtEnd() const { return position_ == text_.size(); }
  char Next() const { return AtEnd() ? '\0' : text_[position_]; }
  bool Take(char c) {
    if (Next() != c || AtEnd()) return false;
    ++position_;
    return true;
  }

  bool Comment() {
    int depth = 0;
    do {
      if (AtEnd()) return Fail("a comment without an end");
      const char c = text_[position_++];
      if (c == '\\' && !AtEnd()) ++position_;
      if (c == '(' && ++depth > kMaxComments) return Fail("comments nested too deeply");
      if (c == ')') --depth;
    } while (depth > 0);
    return true;
  }

  bool Cfws() {
    while (!AtEnd()) {
      if (std::string_view(" \t\r\n").find(Next()) != std::string_view::npos)
        ++position_;
      else if (Next() != '(')
        break;
      else if (!Comment())
        return false;
    }
    return true;
  }

  // Inside an address, white space is allowed but comments are not: a mail program may take the
  // text of a comment for the address.
  bool Fws() {
    while (!AtEnd() && std::string_view(" \t\r\n").find(Next()) != std::string_view::npos)
      ++position_;
    return Next() != '(' || Fail("a comment inside an address");
  }

  // Quoted words are refused where they look like an address or are none of this century's.
  static bool Deceptive(std::string_view local) {
    return local.find("=?") != std::string_view::npos ||
           local.find_first_of("@<>,:;()\r\n") != std::string_view::npos;
  }

  bool QuotedString() {
    Take('"');
    while (!AtEnd()) {
      const char c = text_[position_++];
      if (c == '"') return true;
      if (c == '\\' && !AtEnd()) ++position_;
    }
    return Fail("a quote without an end");
  }

  bool DotAtom() {
    const size_t start = position_;
    while (!AtEnd() && (IsAtext(Next()) || Next() == '.')) ++position_;
    const std::string_view atom = text_.substr(start, position_ - start);
    const bool dots_inside = !atom.empty() && atom.front() != '.' && atom.back() != '.' &&
                             atom.find("..") == std::string_view::npos;
    return dots_inside || Fail("no address");
  }

  // Behind the "@".
  bool Domain() {
    if (!Fws()) return false;
    if (Next() == '[') return Fail("an address literal");
    const size_t start = position_;
    if (!DotAtom()) return false;
    const auto domain = AsciiDomain(text_.substr(start, position_ - start));
    if (!domain) return Fail("no domain name behind the @");
    domains_.push_back(*domain);
    return true;
  }

  // Between "<" and ">".
  bool AddrSpec() {
    if (!Fws()) return false;
    const size_t start = position_;
    if (!(Next() == '"' ? QuotedString() : DotAtom())) return false;
    if (Deceptive(text_.substr(start, position_ - start))) return Fail("a deceptive local part");
    return Fws() && (Take('@') || Fail("no @ in the address")) && Domain() && Fws();
  }

  // A display name, or a local part: which one shows what follows. The words of a phrase may hold
  // dots (the obsolete syntax, which people use).
  bool Mailbox() {
    int words = 0;
    bool spaced = false;
    bad_local_ = false;
    if (!Cfws()) return false;
    const size_t start = position_;
    while (Next() == '"' || Next() == '.' || IsAtext(Next())) {
      if (AtEnd()) break;
      if (Next() == '"' ? !QuotedString() : !PhraseWord()) return false;
      ++words;
      const size_t before = position_;
      if (!Cfws()) return false;
      spaced = spaced || (position_ != before && Next() != '@' && Next() != '<');
    }
    if (Take('<')) return AddrSpec() && (Take('>') || Fail("no > behind the address")) && Cfws();
    if (Next() == ':') return Fail("a group in place of an author");
    if (words != 1 || spaced || bad_local_ || Next() != '@') return Fail("no address");
    if (Deceptive(Trim(text_.substr(start, position_ - start))))
      return Fail("a deceptive local part");
    Take('@');
    return Domain() && Cfws();
  }

  bool PhraseWord() {
    const size_t start = position_;
    while (!AtEnd() && (IsAtext(Next()) || Next() == '.')) ++position_;
    const std::string_view word = text_.substr(start, position_ - start);
    bad_local_ =
        word.front() == '.' || word.back() == '.' || word.find("..") != std::string_view::npos;
    return true;
  }

  const std::string_view text_;
  size_t position_ = 0;
  bool bad_local_ = false;
  std::vector<std::string> domains_;
  std::string error_;
};

// Every LF must be followed by white space (folding), and every CR by LF; otherwise some programs
// see another field.
bool GoodLines(std::string_view value) {
  for (size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    if (value[i] == '\r' && next != '\n') return false;
    if (value[i] == '\n' && next != ' ' && next != '\t') return false;
  }
  return true;
}

// Empty: this is an author field by the grammar, with `domains`.
std::string ReadStrictly(std::string_view value, std::vector<std::string>& domains) {
  if (value.find('\0') != std::string_view::npos) return "a NUL in the From field";
  if (!GoodLines(value)) return "a bare line break in the From field";
  FromReader reader(value);
  if (!reader.MailboxList()) return "From cannot be read: " + reader.error();
  domains = reader.domains();
  return {};
}

void AddEach(const std::vector<std::string>& more, std::vector<std::string>& domains) {
  for (const std::string& domain : more) {
    if (!Contains(domains, domain)) domains.push_back(domain);
  }
}

Author Limited(Author author) {
  if (author.domains.size() > 1 && author.error.empty()) author.error = "several author domains";
  if (author.domains.size() > kMaxAuthorDomains) author = {{}, "too many author domains"};
  return author;
}

}  // namespace

Author ParseFrom(std::string_view value) {
  if (value.size() > kMaxField) return {{}, "a From field over 64 KiB"};
  Author author;
  std::vector<std::string> read;
  author.error = ReadStrictly(value, read);
  if (!author.error.empty()) {
    auto shown = ShownDomains(value, kMaxAuthorDomains);
    if (!shown) return {{}, "too many addresses in the From field"};
    read = std::move(*shown);
  }
  AddEach(read, author.domains);
  return Limited(std::move(author));
}

Author FindAuthor(const std::vector<HeaderField>& headers) {
  Author author;
  size_t count = 0;
  bool unreadable = false;
  for (const HeaderField& field : headers) {
    if (!IsAuthorField(field.name)) continue;
    const Author here = ParseFrom(field.value);
    AddEach(here.domains, author.domains);
    unreadable = unreadable || here.domains.empty();
    author.error = here.error;
    ++count;
  }
  if (count == 0) return {{}, "no From field"};
  if (count > 1) author.error = std::to_string(count) + " From fields";
  if (unreadable) author.domains.clear();
  return Limited(std::move(author));
}

}  // namespace spillway
