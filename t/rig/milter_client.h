// SPDX-License-Identifier: BSD-2-Clause
// The MTA's side of the milter protocol (version 2 to 6), blocking, for tests and load.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/endpoint.h"
#include "milter/base/fd.h"

namespace spillway {

// What the filter asked for at the end of message.
struct HeaderEdit {
  char command = 0;  // 'i' insert, 'm' change or delete, 'h' add
  uint32_t index = 0;
  std::string name;
  std::string value;
};

struct MilterReply {
  char command =
      0;  // 'c' continue, 'a' accept, 't' tempfail, 'r' reject, 'y' reply code, 's' skip; 0: closed
  std::string text;  // of 'y'
  std::vector<HeaderEdit> edits;
};

struct MilterMail {
  std::string client = "192.0.2.1";
  std::string helo = "client.example.org";
  std::string from = "<sender@example.org>";
  std::string queue_id = "4QUEUEID";
  std::vector<std::pair<std::string, std::string>> headers;  // values with their leading space
  std::string body;                                          // CRLF
};

class MilterClient {
 public:
  struct Offer {
    uint32_t version = 6;
    uint32_t actions = 0x1ff;
    uint32_t protocol = 0x1fffff;
  };
  // Connects; throws std::system_error.
  explicit MilterClient(const Endpoint& endpoint);

  // From now on as Postfix does: 4096 octets at a time, written when there are as many or an answer
  // is due.
  void BufferWrites() { buffered_ = true; }

  // False when the filter closed instead.
  bool Negotiate();
  bool Negotiate(const Offer& offer);
  uint32_t agreed() const { return agreed_; }

  // A whole message; the connection can be used again.
  MilterReply Send(const MilterMail& mail);
  // The same in two halves: everything up to the end of message, and the end of message.
  MilterReply SendUntilEnd(const MilterMail& mail);
  MilterReply EndOfMessage(const std::string& queue_id);
  // A message whose header and body come as one string with CRLFs.
  static MilterMail Parse(std::string_view message);

  void Macro(char stage, const std::string& pairs);
  // One command; waits for the reply unless `no_reply` was agreed to.
  MilterReply Command(char command, const std::string& data, uint32_t no_reply = 0);
  void Abort();
  void Quit();
  void Raw(std::string_view bytes);
  // One packet as it is sent.
  static std::string Packet(char command, std::string_view data);
  // The next reply, with the changes before it; command 0 when the filter closed.
  MilterReply ReadReply();
  int fd() const { return fd_.get(); }

 private:
  void SendPacket(char command, std::string_view data);
  void Flush();
  bool ReadExactly(char* to, size_t size);
  bool Refill(size_t wanted);

  Fd fd_;
  uint32_t agreed_ = 0;
  bool buffered_ = false;
  std::string unsent_;
  std::string unread_;
};

}  // namespace spillway
