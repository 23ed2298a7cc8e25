// SPDX-License-Identifier: BSD-2-Clause
// The scan of one message by one kind of scanner, as the message's session sees it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "milter/base/pending.h"
#include "milter/mail/content.h"
#include "milter/scan/line.h"
#include "milter/scan/protocol.h"

namespace spillway {

// How much depends on the verdict.
struct ScanUrgency {
  LineRank rank = LineRank::kOthers;
  bool insists = false;  // without the verdict the message is tempfailed
};

struct ScanOutcome {
  ScanReply reply;
  bool down = false;        // nobody could be asked; `reason` says why
  bool busy = false;        // no server would have been ready in time
  bool remembered = false;  // the verdict of an earlier try, for which the budget was too short
  std::string reason;
};

// All calls from the session's thread; none blocks but Wait().
class ScanTask {
 public:
  virtual ~ScanTask() = default;
  // The next piece of the message.
  virtual void Send(Content::Piece piece) = 0;
  // There is no more; `whole` is what was sent. The verdict is of use until `deadline`.
  virtual void End(const std::vector<Content::Piece>& whole, Deadline deadline) = 0;
  // Nobody waits any more: because the deadline has passed (`late`), or the message has gone.
  virtual void GiveUp(bool late) = 0;

  // Null: the deadline came first.
  const ScanOutcome* Wait(Deadline deadline, Waited& waited) {
    return outcome_.Wait(deadline, waited);
  }

 protected:
  // `where`: the scanner's servers, for texts.
  explicit ScanTask(std::string where) : outcome_(std::move(where)) {}
  void Complete(ScanOutcome outcome) { outcome_.Complete(std::move(outcome)); }

 private:
  Pending<ScanOutcome> outcome_;
};

}  // namespace spillway
