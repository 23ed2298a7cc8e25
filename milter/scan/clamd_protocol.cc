// SPDX-License-Identifier: BSD-2-Clause
// clamd(8): a session (IDSESSION) keeps the connection; commands and replies end with NUL; a
// stream is pieces, each after its length, up to an empty one.
#include "milter/scan/protocol.h"

#include <cstdlib>

namespace spillway {

namespace {

std::string BigEndian(size_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  return out;
}

// One reply with its NUL; a second one after it means that we are out of step.
ScanReply ParseReply(std::string_view line, bool alone) {
  ScanReply reply;
  const size_t colon = line.find(": ");
  const bool numbered =
      colon != std::string_view::npos && colon > 0 &&
      line.substr(0, colon).find_first_not_of("0123456789") == std::string_view::npos;
  const std::string serial(line.substr(0, numbered ? colon : 0));
  if (numbered) line.remove_prefix(colon + 2);
  reply.keep = numbered && alone;
  if (numbered) reply.serial = std::atoi(serial.c_str());
  constexpr std::string_view kStream = "stream: ";
  constexpr std::string_view kFound = " FOUND";
  if (line == "stream: OK") {
    reply.kind = ScanReply::Kind::kClean;
  } else if (line.starts_with(kStream) && line.ends_with(kFound) &&
             line.size() > kStream.size() + kFound.size()) {
    reply.kind = ScanReply::Kind::kInfected;
    line.remove_prefix(kStream.size());
    reply.what = line.substr(0, line.size() - kFound.size());
  } else if (line.ends_with(" ERROR")) {
    reply.what = line;
    reply.of_message = line.find("size limit exceeded") != std::string_view::npos;
    reply.keep = false;
  } else {
    reply.what = "an answer that is not clamd's";
    reply.garbage = true;
    reply.keep = false;
  }
  return reply;
}

class ClamdProtocol final : public ScanProtocol {
 public:
  bool streams() const override { return true; }
  std::string Open(const ScanSubject& /*subject*/, bool fresh) const override {
    constexpr std::string_view kSession{"zIDSESSION\0", 11};
    constexpr std::string_view kStream{"zINSTREAM\0", 10};
    // clamd recognises a mail by its first line, and knows only a few field names there; the MTA's
    // Received field is not on top yet. clamd does not decode content that it does not recognise as
    // a mail.
    const std::string first = "From spillway\n";
    return std::string(fresh ? kSession : "") + std::string(kStream) + Frame(first.size()) + first;
  }
  std::string Frame(size_t size) const override { return BigEndian(size); }
  std::string Close() const override { return BigEndian(0); }
  std::optional<ScanReply> ReadReply(std::string_view input) const override {
    const size_t end = input.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return ParseReply(input.substr(0, end), end + 1 == input.size());
  }
  std::string Ping() const override { return {"zPING\0", 6}; }
  std::optional<ScanReply> ReadPong(std::string_view input) const override {
    if (input.find('\0') == std::string_view::npos) return std::nullopt;
    ScanReply reply;
    if (input == std::string_view("PONG\0", 5)) reply.kind = ScanReply::Kind::kClean;
    return reply;
  }
};

}  // namespace

std::unique_ptr<ScanProtocol> MakeClamdProtocol() {
  return std::make_unique<ClamdProtocol>();
}

}  // namespace spillway
