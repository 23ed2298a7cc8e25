// SPDX-License-Identifier: BSD-2-Clause
// Packets are a length of four octets, a command, and data; see libmilter's mfdef.h for the
// numbers.
#include "t/rig/milter_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "milter/base/big_endian.h"

namespace spillway {

namespace {

constexpr size_t kMaxChunk = 65535;
constexpr size_t kPostfixBuffer = 4096;  // VSTREAM_BUFSIZE, as strace shows it
constexpr uint32_t kNrConnect = 0x1000, kNrHelo = 0x2000, kNrMail = 0x4000, kNrRcpt = 0x8000;
constexpr uint32_t kNrHeader = 0x80, kNrEndOfHeaders = 0x40000, kNrBody = 0x80000;
constexpr uint32_t kLeadingSpace = 0x100000;

std::string Zero(const std::string& text) {
  return text + '\0';
}

HeaderEdit ParseEdit(char command, const std::string& data) {
  HeaderEdit edit{.command = command, .name = {}, .value = {}};
  size_t at = 0;
  if (command != 'h') {
    edit.index = FromBig32(data.data());
    at = 4;
  }
  edit.name = data.c_str() + at;
  edit.value = data.c_str() + at + edit.name.size() + 1;
  return edit;
}

}  // namespace

MilterClient::MilterClient(const Endpoint& endpoint) {
  int rc = -1;
  if (endpoint.kind == Endpoint::Kind::kUnix) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    endpoint.path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    fd_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    rc = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    inet_pton(AF_INET, endpoint.host.c_str(), &address.sin_addr);
    fd_.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    rc = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  if (rc != 0) throw std::system_error(errno, std::generic_category(), "connect to the filter");
}

void MilterClient::Raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

std::string MilterClient::Packet(char command, std::string_view data) {
  std::string packet = Big32(static_cast<uint32_t>(data.size() + 1));
  packet += command;
  packet += data;
  return packet;
}

void MilterClient::SendPacket(char command, std::string_view data) {
  unsent_ += Packet(command, data);
  if (!buffered_) return Flush();
  std::string_view rest = unsent_;
  for (; rest.size() >= kPostfixBuffer; rest.remove_prefix(kPostfixBuffer))
    Raw(rest.substr(0, kPostfixBuffer));
  unsent_.erase(0, unsent_.size() - rest.size());
}

void MilterClient::Flush() {
  Raw(unsent_);
  unsent_.clear();
}

bool MilterClient::ReadExactly(char* to, size_t size) {
  while (size > 0) {
    if (unread_.empty() && !Refill(size)) return false;
    const size_t n = unread_.copy(to, size);
    unread_.erase(0, n);
    to += n;
    size -= n;
  }
  return true;
}

// Without buffering no octet more than is wanted, so that fd() tells of what else has come.
bool MilterClient::Refill(size_t wanted) {
  unread_.resize(buffered_ ? kPostfixBuffer : wanted);
  const ssize_t n = ::recv(fd_.get(), unread_.data(), unread_.size(), 0);
  unread_.resize(static_cast<size_t>(std::max<ssize_t>(n, 0)));
  return n > 0;
}

MilterReply MilterClient::ReadReply() {
  Flush();
  MilterReply reply;
  while (true) {
    char head[5];
    if (!ReadExactly(head, sizeof(head))) return {};
    std::string data(FromBig32(head) - 1, '\0');
    if (!ReadExactly(data.data(), data.size())) return {};
    const char command = head[4];
    if (command == 'i' || command == 'm' || command == 'h') {
      reply.edits.push_back(ParseEdit(command, data));
    } else if (command != 'p') {
      reply.command = command;
      reply.text = command == 'O' ? data : std::string(data.c_str());
      return reply;
    }
  }
}

bool MilterClient::Negotiate() {
  return Negotiate(Offer());
}

bool MilterClient::Negotiate(const Offer& offer) {
  SendPacket('O', Big32(offer.version) + Big32(offer.actions) + Big32(offer.protocol));
  const MilterReply reply = ReadReply();
  if (reply.command != 'O' || reply.text.size() < 12) return false;
  agreed_ = FromBig32(reply.text.data() + 8);
  return true;
}

MilterReply MilterClient::Command(char command, const std::string& data, uint32_t no_reply) {
  SendPacket(command, data);
  if ((agreed_ & no_reply) != 0) return {.command = 'c', .text = {}, .edits = {}};
  return ReadReply();
}

void MilterClient::Macro(char stage, const std::string& pairs) {
  SendPacket('D', std::string(1, stage) + pairs);
}
void MilterClient::Abort() {
  SendPacket('A', "");
  Flush();
}
void MilterClient::Quit() {
  SendPacket('Q', "");
  Flush();
}

MilterReply MilterClient::SendUntilEnd(const MilterMail& mail) {
  const bool v6 = mail.client.find(':') != std::string::npos;
  std::string connect =
      Zero("client") + (v6 ? '6' : '4') + std::string("\x27\x10", 2) + Zero(mail.client);
  MilterReply reply = Command('C', connect, kNrConnect);
  if (reply.command == 'c') reply = Command('H', Zero(mail.helo), kNrHelo);
  if (reply.command == 'c') reply = Command('M', Zero(mail.from), kNrMail);
  if (reply.command == 'c') reply = Command('R', Zero("<rcpt@example.net>"), kNrRcpt);
  for (const auto& [name, value] : mail.headers) {
    if (reply.command != 'c') return reply;
    const bool strip = (agreed_ & kLeadingSpace) == 0 && value.starts_with(' ');
    reply = Command('L', Zero(name) + Zero(strip ? value.substr(1) : value), kNrHeader);
  }
  if (reply.command == 'c') reply = Command('N', "", kNrEndOfHeaders);
  for (size_t at = 0; at < mail.body.size() && reply.command == 'c'; at += kMaxChunk) {
    reply = Command('B', mail.body.substr(at, kMaxChunk), kNrBody);
    if (reply.command == 's') break;
  }
  return reply;
}

MilterReply MilterClient::EndOfMessage(const std::string& queue_id) {
  Macro('E', Zero("i") + Zero(queue_id));
  return Command('E', "");
}

MilterReply MilterClient::Send(const MilterMail& mail) {
  const MilterReply reply = SendUntilEnd(mail);
  if (reply.command != 'c' && reply.command != 's') return reply;
  return EndOfMessage(mail.queue_id);
}

MilterMail MilterClient::Parse(std::string_view message) {
  MilterMail mail;
  while (!message.empty()) {
    if (message.starts_with("\r\n")) {
      mail.body = message.substr(2);
      break;
    }
    size_t end = 0;
    do {
      end = message.find("\r\n", end) + 2;
    } while (end < message.size() && (message[end] == ' ' || message[end] == '\t'));
    const std::string_view field = message.substr(0, end - 2);
    const size_t colon = field.find(':');
    std::string value(field.substr(colon + 1));
    std::erase(value, '\r');  // MTAs hand folded lines over with LF alone
    mail.headers.emplace_back(std::string(field.substr(0, colon)), std::move(value));
    message.remove_prefix(end);
  }
  return mail;
}

}  // namespace spillway
