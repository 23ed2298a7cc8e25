// SPDX-License-Identifier: BSD-2-Clause
// The loop's side of a Scanner: chooses the server for a message, lets messages wait for a place,
// feeds the results to what is learned of each server, and keeps late verdicts. The constructor,
// io(), protocol(), where(), figures() and remembers() are for any thread; everything else runs on
// the loop's thread.
#pragma once

#include <random>

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
  std::vector<ServerFigures> figures() const;

  // There is more of the message, or all of it.
  void Advance(const std::shared_ptr<ScanJob>& job);
  void Ended(const std::shared_ptr<ScanJob>& job);
  void Late(const std::shared_ptr<ScanJob>& job);
  void Abandoned(const std::shared_ptr<ScanJob>& job);

 private:
  // After these a server is not waited for any more: of late answers, how many and how long.
  static constexpr size_t kMaxLate = 64;
  static constexpr auto kLatePatience = std::chrono::seconds(60);

  // What a server must have for a message: any place; or half of its places, for a message that is
  // still coming in and may take its time.
  enum class Room : uint8_t { kAny, kPlenty };
  struct Choice {
    std::optional<size_t> server;
    bool busy = false;  // there is one, but it has no room
  };
  Choice Choose(const ScanJob& job, Room room);
  std::vector<size_t> Candidates(const ScanJob& job, Room room, bool& busy);
  size_t Best(std::vector<size_t> candidates);

  void Send(const std::shared_ptr<ScanJob>& job, size_t to);
  void Place(const std::shared_ptr<ScanJob>& job);
  void Wait(const std::shared_ptr<ScanJob>& job);
  bool InTime(const ScanJob& job, size_t ahead) const;
  void SettleBusy(const std::shared_ptr<ScanJob>& job);
  void Settle(const std::shared_ptr<ScanJob>& job, ScanOutcome outcome);
  void LetIn();
  void LeaveLine(ScanJob& job);

  void Ask(const std::shared_ptr<ScanJob>& job, size_t to, bool fresh);
  void Done(const std::shared_ptr<ScanJob>& job, bool fresh, const Exchange::Outcome& outcome);
  void Answered(const std::shared_ptr<ScanJob>& job, const ScanReply& reply);
  void Retry(const std::shared_ptr<ScanJob>& job, const std::string& why);
  void AnsweredLate(ScanJob& job, const std::string& wrong, const ScanReply& reply);
  void KeepForLateAnswer(const std::shared_ptr<ScanJob>& job);
  void Free(const ScanJob& job, bool late);
  void Disconnect(ScanJob& job);
  static std::string WhatIsWrong(const ScanJob& job, const Exchange::Outcome& outcome);
  void Remember(ScanJob& job, std::optional<ScanReply> reply);

  void Count(ScanJob& job, bool good, const std::string& why);
  void SetProbe(BackEnd& back_end);

  ScanLoop& loop_;
  const std::unique_ptr<ScanProtocol> protocol_;
  const Options options_;
  const Clock& clock_;
  Log& log_;
  std::minstd_rand random_;
  std::deque<BackEnd> back_ends_;
  WaitingLine<std::weak_ptr<ScanJob>> line_;
  std::atomic<size_t> waiting_{0};  // the length of the line, for figures()
  LateVerdicts late_verdicts_;
  size_t late_ = 0;  // exchanges kept open only for their late verdicts
  std::atomic<bool> remembers_{false};
};

}  // namespace spillway
