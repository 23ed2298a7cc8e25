// SPDX-License-Identifier: BSD-2-Clause
// A scan as the loop's thread knows it: which pieces there are, and where they go.
#pragma once

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "milter/scan/back_end.h"
#include "milter/scan/line.h"
#include "milter/scan/scanner.h"

namespace spillway {

// The calls of ScanTask come from the session's thread and go over to the loop's.
class ScanJob final : public ScanTask, public std::enable_shared_from_this<ScanJob> {
 public:
  ScanJob(std::shared_ptr<Scanner::Core> core, ScanSubject subject, ScanUrgency urgency);

  void Send(Content::Piece piece) override;
  void End(const std::vector<Content::Piece>& whole, Deadline deadline) override;
  void GiveUp(bool late) override;

 private:
  friend class Scanner::Core;

  // Of all that the scanner is told; any thread.
  std::string Digest(const std::vector<Content::Piece>& whole) const;
  // Sends what there is and has not been sent.
  void Feed(const ScanProtocol& protocol, bool fresh);
  void Dispatched(size_t to);
  void Failed(size_t at, const std::string& why);
  // Since when a server could have worked on the whole message.
  TimePoint since() const { return std::max(asked_, ended_at_); }
  bool tried(size_t back_end) const { return (tried_ & (uint64_t{1} << back_end)) != 0; }

  // The loop's thread only.
  const std::shared_ptr<Scanner::Core> core_;
  const ScanSubject subject_;
  const ScanUrgency urgency_;
  std::vector<Content::Piece> pieces_;
  bool ended_ = false;
  TimePoint ended_at_{};  // these two: once it has ended
  TimePoint deadline_{};
  std::string digest_;

  std::optional<LinePlace> place_;  // in the line for a server
  bool settled_ = false;            // answered, or nobody waits any more
  uint64_t tried_ = 0;              // a bit for each back end that has failed
  std::string why_;                 // what the last one failed with
  std::optional<ScanReply> error_;  // an answer without a verdict, used if no back end has one

  // Of the exchange under way.
  std::shared_ptr<Exchange> exchange_;  // null: none
  size_t back_end_ = 0;
  Breaker::Pass pass_ = Breaker::Pass::kNo;
  bool opened_ = false;
  int uses_ = 0;  // messages over its connection, with this one
  TimePoint asked_{};
  bool closed_ = false;
  size_t fed_ = 0;                                    // pieces
  std::unique_ptr<boost::asio::steady_timer> grace_;  // how long a late answer is waited for
};

}  // namespace spillway
