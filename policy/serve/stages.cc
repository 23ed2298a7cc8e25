// SPDX-License-Identifier: BSD-2-Clause
// Attribute names are Postfix's (SMTPD_POLICY_README).
#include "policy/serve/stages.h"

#include <algorithm>
#include <utility>

#include "milter/base/fnv.h"
#include "milter/telemetry/mail_hash.h"
#include "policy/serve/reply.h"

namespace spillway {

namespace {

uint64_t Hash(std::string_view a, std::string_view b) {
  return Fnv1a(b, Fnv1a('\0', Fnv1a(a))) | 1;
}

uint64_t ConnectionKey(const PolicyRequest& request) {
  return Hash(request.Get("client_address"), request.Get("client_port"));
}

// At most so long passes between the MTA's request and the filter's for the same session.
constexpr auto kSameSession = std::chrono::seconds(5);

bool IsSubmission(const PolicyRequest& request) {
  const std::string_view port = request.Get("server_port");
  return port == "587" || port == "465";
}

bool IsLoopback(const Ip& address) {
  static const Ip kV4 = *Ip::Parse("127.0.0.1");
  static const Ip kV6 = *Ip::Parse("::1");
  return address == kV4 || address == kV6;
}

}  // namespace

Stages::Connection& Stages::Place(uint64_t key) {
  return connections_[(key >> 1) % kConnections];
}

bool Stages::ExemptAtConnect(const PolicyRequest& request) {
  const auto address = Ip::Parse(request.Get("client_address"));
  return !address || IsLoopback(*address) || IsSubmission(request);
}

std::string_view Stages::Answer(const PolicyRequest& request, double sessions, TimePoint now,
                                int64_t wall) {
  const std::string_view state = request.Get("protocol_state");
  const auto address = Ip::Parse(request.Get("client_address"));
  if (!address || IsLoopback(*address)) return kReplyDunno;
  const ClientId client{*address, request.Get("sasl_username")};
  sessions = std::max(0.0, sessions - 1);
  if (state == "CONNECT") return AtConnect(request, client, sessions, now, wall);
  if (state == "MAIL" || state == "RCPT")
    return AtMessage(request, client, state == "RCPT", sessions, now, wall);
  return kReplyDunno;
}

std::string_view Stages::AtConnect(const PolicyRequest& request, const ClientId& client,
                                   double sessions, TimePoint now, int64_t wall) {
  if (IsSubmission(request)) return kReplyDunno;
  const bool by_filter = request.Get("policy_context") == "spillway-milter";
  const uint64_t key = ConnectionKey(request);
  Connection& connection = Place(key);
  // The MTA has just asked about this session: no second decision for the filter.
  const bool known = connection.key == key && now - connection.at < kSameSession;
  if (by_filter && known) return kReplyDunno;
  connection = Connection{.key = key, .at = now};
  if (!by_filter && shedder_.limited() && AtRecipient(client, sessions)) return kReplyDunno;
  connection.admitted = shedder_.Admit(client, sessions, now, wall);
  return connection.admitted ? kReplyDunno : kReplyRefuseSession;
}

bool Stages::AtRecipient(const ClientId& client, double sessions) const {
  return shedder_.mild(sessions) || (shedder_.responds() && shedder_.clients().Trusted(client));
}

std::string_view Stages::AtMessage(const PolicyRequest& request, ClientId client, bool recipient,
                                   double sessions, TimePoint now, int64_t wall) {
  const uint64_t key = ConnectionKey(request);
  Connection& connection = Place(key);
  if (connection.key != key) connection = Connection{.key = key, .at = now};
  const uint64_t instance = Hash(request.Get("instance"), {});
  if (!recipient || (!connection.by_mail && connection.instance != instance)) {
    connection.by_mail = !recipient;
    connection.instance = instance;
    connection.answer = {};
  }
  if (!connection.answer.empty()) return connection.answer;
  if (std::exchange(connection.admitted, false)) return connection.answer = kReplyDunno;
  const bool late = AtRecipient(client, sessions);
  if (shedder_.limited() && late && !recipient) return kReplyDunno;
  if (recipient) client.mail = MailHash(request.Get("sender"), request.Get("recipient"));
  const bool admitted = shedder_.Admit(client, sessions, now, wall);
  connection.answer = admitted ? kReplyDunno : late ? kReplyRefuseMessage : kReplyRefuseSession;
  return connection.answer;
}

}  // namespace spillway
