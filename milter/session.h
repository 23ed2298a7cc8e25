// SPDX-License-Identifier: BSD-2-Clause
// One MTA connection, one message at a time. Knows mail, budget and checks; knows nothing of the
// milter protocol, which ends in server.cc.
//
// The budget: a message may keep the filter busy for [budget] per_message. Every call is timed; at
// the end of message the deadline is now + budget - what the earlier calls of this message took.
// The time between calls is the client's, and free. spillway-policyd may advise a shorter budget
// for the checks whose lateness is accepted.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/log.h"
#include "milter/client/learned_devices.h"
#include "milter/generation.h"
#include "milter/pipeline.h"
#include "milter/telemetry/recorder.h"
#include "milter/verdict.h"

namespace spillway {

// What all sessions share; outlives them.
struct SessionShared {
  const CurrentGeneration& generation;
  const LearnedDevices& devices;
  const Clock& clock;
  Log& log;
  Recorder& recorder;
  // Sees what was found and how long it took, before the verdict is given; may be empty.
  std::function<void(const Client&, const std::vector<CheckReport>&, Duration)> on_report;
  std::atomic<uint64_t> next_id{1};
  std::atomic<unsigned> next_draw{0};  // see DropOrder
  std::atomic<int> messages{0};        // between MAIL FROM and the verdict, or the abort
};

// Not thread-safe: the calls of one connection come one after the other.
class Session {
 public:
  explicit Session(SessionShared& shared);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // nullopt: mail from the machine itself if `local`, else a client whose address the MTA does not
  // know. `probe`: a probe from spillway-policyd.
  void Connect(const std::optional<Ip>& address, bool probe = false, bool local = true);
  void Helo(std::string_view name);
  // `auth_user` is {auth_authen}, empty when not authenticated.
  void MailFrom(std::string_view path, std::string_view auth_user);
  void Recipient(std::string_view path);
  // `value` begins with the white space after the colon, if there was any.
  void Header(std::string_view name, std::string_view value);
  void EndOfHeaders();
  void Body(std::string_view chunk);
  // `queue_id` may be empty. The one place where a message gets its verdict, log line and record.
  Verdict EndOfMessage(std::string_view queue_id);
  // Forgets the message, if there is one; the connection goes on.
  void Abort();

 private:
  class Timed;
  bool CannotRetry() const;
  bool MarksSpam() const;  // do we write kSpamFlag ourselves?
  void Classify();
  void CountOurs(std::string_view name, std::string_view value);
  void Report(const Verdict& verdict, const std::vector<CheckReport>& reports, TimePoint start,
              TimePoint end);
  // The checks that the message goes without.
  std::vector<std::string_view> Dropped() const;
  // The budget for checks whose lateness is accepted.
  Duration AcceptedBudget() const;
  // Microseconds, at most `total`.
  int64_t QueueWait(Duration total) const;
  void WriteLog(const Verdict& verdict, const std::vector<CheckReport>& reports, Duration total);

  SessionShared& shared_;
  const GenerationPtr generation_;  // the one that the connection began with
  const std::string id_;
  Client client_;
  // The message: empty outside one.
  std::unique_ptr<Message> message_;
  std::unique_ptr<Pipeline> pipeline_;
  std::shared_ptr<MessageCost> cost_;
  std::vector<HeaderDeletion> forged_;    // fields that claim to be ours
  std::array<unsigned, 6> our_fields_{};  // how many of each name that we write there have been
  bool body_wanted_ = true;
  Duration spent_{};
  Duration accepted_budget_{};
  TimePoint dialogue_from_;  // the connect, or the verdict on the message before
  Duration dialogue_{};
};

}  // namespace spillway
