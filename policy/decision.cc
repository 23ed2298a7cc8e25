// SPDX-License-Identifier: BSD-2-Clause
// Attribute names are Postfix's (SMTPD_POLICY_README).
#include "policy/decision.h"

#include <algorithm>
#include <utility>

#include "policy/answer.h"

namespace spillway {

namespace {

uint64_t Hash(std::string_view a, std::string_view b) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const std::string_view part : {a, std::string_view("\0", 1), b}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash | 1;
}

uint64_t ConnectionKey(const PolicyRequest& request) {
  return Hash(request.Get("client_address"), request.Get("client_port"));
}

// Between the MTA's question and the filter's for the same session.
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

Decider::Connection& Decider::Place(uint64_t key) {
  return connections_[(key >> 1) % kConnections];
}

bool Decider::ExemptAtConnect(const PolicyRequest& request) {
  const auto address = Ip::Parse(request.Get("client_address"));
  return !address || IsLoopback(*address) || IsSubmission(request);
}

std::string_view Decider::Answer(const PolicyRequest& request, double sessions, TimePoint now,
                                 int64_t wall) {
  const std::string_view state = request.Get("protocol_state");
  const auto address = Ip::Parse(request.Get("client_address"));
  if (!address || IsLoopback(*address)) return kAnswerDunno;
  const ClientId client{*address, request.Get("sasl_username")};
  sessions = std::max(0.0, sessions - 1);
  if (state == "CONNECT") return AtConnect(request, client, sessions, now, wall);
  if (state == "MAIL" || state == "RCPT")
    return AtMessage(request, client, state == "RCPT", sessions, now, wall);
  return kAnswerDunno;
}

std::string_view Decider::AtConnect(const PolicyRequest& request, const ClientId& client,
                                    double sessions, TimePoint now, int64_t wall) {
  if (IsSubmission(request)) return kAnswerDunno;
  const bool by_filter = request.Get("policy_context") == "spillway-milter";
  const uint64_t key = ConnectionKey(request);
  Connection& connection = Place(key);
  // The MTA has asked for this session just now: one decision.
  const bool known = connection.key == key && now - connection.at < kSameSession;
  if (by_filter && known) return kAnswerDunno;
  connection = Connection{.key = key, .at = now};
  if (!by_filter && gate_.limited() && gate_.mild(sessions)) return kAnswerDunno;
  connection.admitted = gate_.Admit(client, sessions, now, wall);
  return connection.admitted ? kAnswerDunno : kAnswerRefuseSession;
}

std::string_view Decider::AtMessage(const PolicyRequest& request, const ClientId& client,
                                    bool recipient, double sessions, TimePoint now, int64_t wall) {
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
  if (std::exchange(connection.admitted, false)) return connection.answer = kAnswerDunno;
  const bool mild = gate_.mild(sessions);
  if (gate_.limited() && mild && !recipient) return kAnswerDunno;
  const bool admitted = gate_.Admit(client, sessions, now, wall);
  connection.answer = admitted ? kAnswerDunno : mild ? kAnswerRefuseMessage : kAnswerRefuseSession;
  return connection.answer;
}

}  // namespace spillway
