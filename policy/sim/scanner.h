// SPDX-License-Identifier: BSD-2-Clause
// The filter's side of a scanner with one server, in virtual time: the shipped breaker, limit and
// waiting line of milter/scan, in front of a simulated program.
#pragma once

#include <functional>
#include <unordered_map>

#include "milter/scan/breaker.h"
#include "milter/scan/line.h"
#include "milter/scan/server_load.h"
#include "policy/sim/scan_server.h"

namespace spillway::sim {

class Scanner {
 public:
  enum class Outcome : uint8_t { kScanned, kBusy, kDown };
  // `settled` gets the message and its outcome, perhaps from within Ask().
  using Settled = std::function<void(uint64_t message, Outcome outcome)>;
  Scanner(Agenda& agenda, const Scenario& scenario, std::mt19937_64& random, Settled settled);

  struct Wanted {
    double deadline;  // virtual seconds
    LineRank rank;
    bool insists;  // tempfailed without a result
  };
  void Ask(uint64_t message, const Wanted& wanted);
  // Nobody waits for the message's result any more: its deadline has come.
  void Late(uint64_t message);

 private:
  struct Request {
    uint64_t message = 0;  // 0: nobody waits
    Wanted wanted{};
    double asked = 0;
    double waits_since = 0;  // the message, for the scanner
    Breaker::Pass pass = Breaker::Pass::kNo;
    LinePlace place;
    bool sent = false;
  };
  void Place(uint64_t number);
  void Send(uint64_t number);
  void Settle(uint64_t number, Outcome outcome);
  void Answered(uint64_t number);
  void Probe(uint64_t);
  void SetProbe();
  void LetIn();
  bool InTime(const Request& request, size_t ahead) const;
  void Count(Breaker::Pass pass, bool good);

  Agenda& agenda_;
  const Scenario& scenario_;
  Settled settled_;
  ScanServer server_;
  Breaker breaker_;
  ServerLoad load_;
  WaitingLine<uint64_t> line_;
  Pool<Request> requests_;
  std::unordered_map<uint64_t, uint64_t> request_of_;  // by message
};

}  // namespace spillway::sim
