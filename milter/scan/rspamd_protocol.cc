// SPDX-License-Identifier: BSD-2-Clause
// rspamd's normal worker: the envelope in fields of the request, the answer as JSON.
#include <boost/property_tree/json_parser.hpp>
#include <sstream>

#include "milter/scan/response.h"

namespace spillway {

namespace {

// The JSON reader recurses; a scanner gone mad must not take our stack.
bool NestedDeeper(std::string_view json, int limit) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted && c == '\\') ++i;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > limit) return true;
  }
  return false;
}

ScanReply::Kind KindOf(std::string_view action) {
  if (action == "reject" || action == "discard") return ScanReply::Kind::kReject;
  if (action == "soft reject" || action == "greylist") return ScanReply::Kind::kDefer;
  if (action == "no action" || action == "accept") return ScanReply::Kind::kClean;
  return ScanReply::Kind::kSpam;  // "add header", "rewrite subject", and an administrator's own
}

ScanReply ParseAnswer(std::string_view json) {
  namespace ptree = boost::property_tree;
  constexpr int kMaxDepth = 16;
  ScanReply reply;
  if (NestedDeeper(json, kMaxDepth)) return Garbage("an answer that is not rspamd's");
  try {
    ptree::ptree tree;
    std::istringstream in{std::string(json)};
    ptree::read_json(in, tree);
    reply.what = tree.get<std::string>("action", "");
    if (reply.what.empty()) return Garbage("no action in rspamd's answer");
    reply.kind = KindOf(reply.what);
    if (const auto score = tree.get_optional<double>("score")) reply.score = *score;
    if (const auto limit = tree.get_optional<double>("required_score")) reply.threshold = *limit;
    const auto symbols = tree.get_child_optional("symbols");
    if (!symbols) return reply;
    for (const auto& [name, unused] : *symbols) {
      if (reply.symbols.size() < kMaxSymbols) reply.symbols.push_back(name);
    }
  } catch (const ptree::ptree_error&) {
    return Garbage("an answer that is not rspamd's");
  }
  return reply;
}

bool StaysOpen(const Response& response) {
  return response.status.starts_with("HTTP/1.1 ") && !response.excess &&
         !EqualsNoCase(response.Field("Connection"), "close");
}

class RspamdProtocol final : public ScanProtocol {
 public:
  bool streams() const override { return false; }
  std::string Open(const ScanSubject& subject, bool /*fresh*/) const override {
    std::string out = "POST /checkv2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                      std::to_string(subject.size) + "\r\n";
    const auto field = [&](std::string_view name, std::string_view value) {
      if (!value.empty()) out += std::string(name) + ": " + OneLine(value) + "\r\n";
    };
    field("IP", subject.client_address);
    field("Helo", subject.helo);
    out += "From: " + OneLine(subject.mail_from) + "\r\n";
    for (const std::string& recipient : subject.recipients) field("Rcpt", recipient);
    field("User", subject.user);
    field("Queue-Id", subject.queue_id);
    field("MTA-Name", subject.our_name);
    return out + "\r\n";
  }
  std::optional<ScanReply> ReadReply(std::string_view input) const override {
    const auto response = Response::Parse(input);
    if (!response) return Garbage("an answer that is not rspamd's");
    if (!response->whole) return std::nullopt;
    if (!response->status.starts_with("HTTP/1.")) return Garbage("an answer that is not rspamd's");
    if (response->status.find(" 200 ") == std::string_view::npos) {
      ScanReply reply;
      reply.what = std::string(response->status);
      reply.of_message = response->status.find(" 413 ") != std::string_view::npos;
      return reply;
    }
    ScanReply reply = ParseAnswer(response->body);
    reply.keep = !reply.garbage && StaysOpen(*response);
    return reply;
  }
  std::string Ping() const override {
    return "GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  }
  std::optional<ScanReply> ReadPong(std::string_view input) const override {
    if (input.find('\n') == std::string_view::npos) return std::nullopt;
    ScanReply reply;
    if (input.starts_with("HTTP/1.") && input.find(" 200 ") != std::string_view::npos)
      reply.kind = ScanReply::Kind::kClean;
    return reply;
  }
};

}  // namespace

std::unique_ptr<ScanProtocol> MakeRspamdProtocol() {
  return std::make_unique<RspamdProtocol>();
}

}  // namespace spillway
