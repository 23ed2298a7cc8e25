// SPDX-License-Identifier: BSD-2-Clause
// SpamAssassin's spamd: one request for each connection. A filter sees a message before its MTA
// has put its Received field on top; SpamAssassin takes the client from there, so we write one.
#include "milter/scan/response.h"

#include <algorithm>
#include <cctype>

namespace spillway {

namespace {

// A HELO that could be read as more than a name would speak for the client's address.
std::string NameOnly(const std::string& helo) {
  const bool good = std::all_of(helo.begin(), helo.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
  });
  return good && !helo.empty() ? helo : "unknown";
}

std::string ReceivedField(const ScanSubject& subject) {
  const bool v6 = subject.client_address.find(':') != std::string::npos;
  std::string from = "localhost (localhost [127.0.0.1])";
  if (!subject.client_address.empty())
    from = NameOnly(subject.helo) + " (unknown [" + (v6 ? "IPv6:" : "") + subject.client_address +
           "])";
  else if (!subject.local)
    from = NameOnly(subject.helo) + " (unknown)";
  const std::string with = subject.user.empty() ? "ESMTP" : "ESMTPA";
  return "Received: from " + from + "\r\n\tby " + subject.our_name + " with " + with + " id " +
         OneLine(subject.queue_id.empty() ? "unknown" : subject.queue_id) + "\r\n" +
         "X-Envelope-From: <" + OneLine(subject.mail_from) + ">\r\n";
}

std::vector<std::string> SplitSymbols(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty() && out.size() < kMaxSymbols) {
    const size_t comma = list.find(',');
    const std::string_view symbol = Trim(list.substr(0, comma));
    if (!symbol.empty()) out.emplace_back(symbol);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return out;
}

// "True ; 15.3 / 5.0"
bool ParseSpam(std::string_view value, ScanReply& reply) {
  const size_t semicolon = value.find(';');
  const size_t slash = value.find('/');
  if (semicolon == std::string_view::npos || slash == std::string_view::npos || slash < semicolon)
    return false;
  const std::string_view word = Trim(value.substr(0, semicolon));
  reply.score = ParseNumber<double>(Trim(value.substr(semicolon + 1, slash - semicolon - 1)));
  reply.threshold = ParseNumber<double>(Trim(value.substr(slash + 1)));
  const bool spam = EqualsNoCase(word, "True") || EqualsNoCase(word, "Yes");
  reply.kind = spam ? ScanReply::Kind::kSpam : ScanReply::Kind::kClean;
  return reply.score && reply.threshold;
}

// The code and word after the version: "SPAMD/1.1 0 EX_OK".
std::string_view StatusOf(const Response& response) {
  const size_t space = response.status.find(' ');
  return space == std::string_view::npos ? std::string_view() : response.status.substr(space + 1);
}

class SpamdProtocol final : public ScanProtocol {
 public:
  bool streams() const override { return false; }
  std::string Open(const ScanSubject& subject, bool /*fresh*/) const override {
    const std::string received = ReceivedField(subject);
    return "SYMBOLS SPAMC/1.5\r\nContent-length: " +
           std::to_string(received.size() + subject.size) + "\r\n\r\n" + received;
  }
  std::optional<ScanReply> ReadReply(std::string_view input) const override {
    const auto response = Response::Parse(input);
    if (!response) return Garbage("an answer that is not spamd's");
    if (!response->whole) return std::nullopt;
    if (!response->status.starts_with("SPAMD/")) return Garbage("an answer that is not spamd's");
    ScanReply reply;
    if (!StatusOf(*response).starts_with("0 ")) {
      reply.what = std::string(StatusOf(*response));
      return reply;
    }
    if (!ParseSpam(response->Field("Spam"), reply)) return Garbage("no score in spamd's answer");
    reply.symbols = SplitSymbols(response->body);
    return reply;
  }
  std::string Ping() const override { return "PING SPAMC/1.5\r\n\r\n"; }
  std::optional<ScanReply> ReadPong(std::string_view input) const override {
    if (input.find('\n') == std::string_view::npos) return std::nullopt;
    ScanReply reply;
    if (input.starts_with("SPAMD/") && input.find(" 0 PONG") != std::string_view::npos)
      reply.kind = ScanReply::Kind::kClean;
    return reply;
  }
};

}  // namespace

std::unique_ptr<ScanProtocol> MakeSpamdProtocol() {
  return std::make_unique<SpamdProtocol>();
}

}  // namespace spillway
