// SPDX-License-Identifier: BSD-2-Clause
// The gateway in virtual time: SMTP slots behind a listen backlog, a filter with a hidden pool of
// workers, senders that wait, give up and come back. Events in a heap, no wall clock, no I/O.
#pragma once

#include <queue>
#include <random>

#include "policy/sim/judges.h"
#include "policy/sim/outcome.h"
#include "policy/sim/senders.h"

namespace spillway::sim {

class Plant {
 public:
  Plant(const Scenario& scenario, Judge& judge);
  Outcome Run();

 private:
  enum class Kind : uint8_t { kNewMail, kRetry, kKnock, kTick, kWorkerDone, kLeave, kWake };
  struct Event {
    double at;
    uint64_t order;  // ties by age, so that a run is the same everywhere
    Kind kind;
    uint32_t what;  // message, session or host
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  // A message in the filter.
  struct Session {
    MessageId mail = 0;
    double start = 0;
    double finish = 0;        // of its service, when that has begun
    uint32_t generation = 0;  // a place is used again
    uint32_t position = 0;    // in in_filter_
    bool in_service = false;
    bool gone = true;
  };

  void Schedule(double at, Kind kind, uint32_t what);
  void Handle(const Event& event);
  void NewMail();
  void Ready(uint32_t host);
  void Attempt(MessageId id);
  void Knock(MessageId id);
  void Greet(MessageId id);
  void Enter(MessageId id);
  void BeginService(uint32_t session);
  void WorkerDone();
  void Leave(uint32_t session);
  void FreeSlot();
  void Served(MessageId id, bool late);
  void Failed(MessageId id, bool session_failed);
  void Tick();
  double Service();
  double Patience(const Mail& mail) const;

  const Scenario& scenario_;
  Judge& judge_;
  Outcome outcome_;
  std::mt19937_64 random_;
  double now_ = 0;
  uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::vector<Host> hosts_;
  size_t devices_ = 0;
  std::vector<Mail> mails_;
  std::vector<MessageId> free_mails_;
  std::vector<Session> sessions_;
  std::vector<uint32_t> free_sessions_;
  std::vector<uint32_t> in_filter_;
  std::deque<MessageId> backlog_;
  std::deque<std::pair<uint32_t, uint32_t>> waiting_;  // for a worker: session, generation
  int64_t busy_slots_ = 0;
  int64_t busy_workers_ = 0;
  Look look_;
  std::vector<double> ages_;
};

}  // namespace spillway::sim
