// SPDX-License-Identifier: BSD-2-Clause
// One message as far as it is known: filled by the session, read by the checks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/ip.h"
#include "milter/mail/address.h"
#include "milter/mail/content.h"
#include "milter/mail/header.h"

namespace spillway {

class BodyHashes;
class Inspecting;

// Who is sending; the numbers are part of the telemetry format.
enum class ClientClass : uint8_t { kExternal = 0, kInternal = 1, kAuthenticated = 2, kProbe = 3 };

// "external", "internal", "authenticated", "probe".
std::string_view ClientClassName(ClientClass cls);
struct Client {
  Ip address;
  bool has_address = false;
  bool local = false;  // submitted on the machine itself
  std::string helo;
  std::string auth_user;  // {auth_authen}; empty when not authenticated
  bool probe = false;     // a probe from spillway-policyd, not mail
  ClientClass cls = ClientClass::kExternal;
  std::vector<std::string> named;  // the [[class]]es of the configuration that it belongs to
  bool cannot_retry = false;       // [clients] cannot_retry
};

// Is it in one of `classes`, as the configuration names them? The probe stands for an external one.
bool IsAmong(const Client& client, const std::vector<std::string>& classes);
// "internal", "internal,printers".
std::string ClassNames(const Client& client);

struct Message {
  static constexpr size_t kMaxRecipients = 100;

  Client client;
  Mailbox mail_from;
  uint32_t recipients = 0;
  std::vector<Mailbox> rcpt_to;  // the first kMaxRecipients
  std::string queue_id;          // may stay empty until the end of message
  std::vector<HeaderField> headers;
  size_t header_bytes = 0;
  // Set when more arrived than we keep; the checks then see the headers as incomplete.
  bool headers_truncated = false;
  // A stranger's message that a content filter of this machine sends once more: it carries the
  // results that we wrote for the stranger, whose author was in this domain (empty: not said).
  bool handed_back = false;
  std::string handed_back_author;
  uint64_t body_bytes = 0;
  // What checks want hashed of the body; they say so when the header is complete.
  std::shared_ptr<BodyHashes> body_hashes;
  std::optional<Content> content;  // only when a check wants it
  // The inspection of the parts, from the end of message on; only when a check wants it.
  std::shared_ptr<Inspecting> inspecting;

  // Keeps a field. Behind a header too large to keep, the first From fields are still kept, for no
  // second author must hide there; what is too much of them becomes a field that nobody can read.
  void AddHeader(std::string_view name, std::string_view value);

 private:
  unsigned late_authors_ = 0;
};

}  // namespace spillway
