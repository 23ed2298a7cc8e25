// SPDX-License-Identifier: BSD-2-Clause
// The loop's side of a Scanner: chooses the back end for a message, feeds the results to the
// circuit breakers and keeps late verdicts. The constructor, io(), protocol(), where() and
// remembers() are for any thread; everything else runs on the loop's thread.
#pragma once

#include "milter/scan/job.h"
#include "milter/scan/late_verdicts.h"

namespace spillway {

class Scanner::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(ScanLoop& loop, std::unique_ptr<ScanProtocol> protocol, Options options, const Clock& clock,
       Log& log);

  boost::asio::io_context& io() { return loop_.io(); }
  const ScanProtocol& protocol() const { return *protocol_; }
  bool remembers() const { return remembers_.load(std::memory_order_relaxed); }
  std::string where() const;

  // There is more of the message, or a back end may have become free.
  void Advance(const std::shared_ptr<ScanJob>& job);
  void Ended(const std::shared_ptr<ScanJob>& job);
  void Late(const std::shared_ptr<ScanJob>& job);
  void Abandoned(const std::shared_ptr<ScanJob>& job);

 private:
  // After these a back end is not waited for any more: of late answers, how many and how long.
  static constexpr size_t kMaxLate = 64;
  static constexpr auto kLatePatience = std::chrono::seconds(60);
  static constexpr auto kProbePatience = std::chrono::seconds(2);

  void Place(const std::shared_ptr<ScanJob>& job);
  // The best back end that this job has not tried, or nothing; `busy`: one is only out of places.
  std::optional<size_t> Choose(const ScanJob& job, bool& busy) const;
  void Ask(const std::shared_ptr<ScanJob>& job, size_t to, bool fresh);
  void Done(const std::shared_ptr<ScanJob>& job, bool fresh, const Exchange::Outcome& outcome);
  void Answered(const std::shared_ptr<ScanJob>& job, const ScanReply& reply);
  void Leave(ScanJob& job);
  void LetIn();
  static std::string WhatIsWrong(const ScanJob& job, const Exchange::Outcome& outcome);
  void Remember(ScanJob& job, std::optional<ScanReply> reply);
  void Count(ScanJob& job, bool good, const std::string& why);
  void SetProbe(size_t at);
  void Probe(size_t at);
  void Probed(size_t at, bool alive);

  ScanLoop& loop_;
  const std::unique_ptr<ScanProtocol> protocol_;
  const Options options_;
  const Clock& clock_;
  Log& log_;
  std::deque<BackEnd> back_ends_;
  std::deque<std::weak_ptr<ScanJob>> waiting_;  // for a place
  LateVerdicts late_verdicts_;
  size_t late_ = 0;  // exchanges kept open only for their late verdicts
  std::atomic<bool> remembers_{false};
};

}  // namespace spillway
