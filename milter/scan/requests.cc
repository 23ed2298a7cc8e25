// SPDX-License-Identifier: BSD-2-Clause
// What becomes of a request, and what is learned from its end.
#include <algorithm>

#include "milter/scan/core.h"

namespace spillway {

namespace {

std::string Seconds(Duration d) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(d).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

void Scanner::Core::Ask(const std::shared_ptr<ScanJob>& job, size_t to, bool fresh) {
  BackEnd& back_end = back_ends_[to];
  auto idle = fresh ? std::nullopt : back_end.TakeIdle(clock_.Now());
  fresh = !idle;
  job->Dispatched(to);
  job->uses_ = idle ? idle->uses + 1 : 1;
  job->asked_ = clock_.Now();
  // Weak: whoever waits for the job keeps it.
  job->exchange_ = std::make_shared<Exchange>(
      idle ? std::move(idle->socket) : ScanSocket(loop_.io()),
      [this](std::string_view input) { return protocol_->ReadReply(input); },
      [self = shared_from_this(), weak = job->weak_from_this(),
       fresh](const Exchange::Outcome& outcome) {
        if (const auto alive = weak.lock()) self->Done(alive, fresh, outcome);
      });
  job->Feed(*protocol_, fresh);
  if (fresh)
    job->exchange_->Connect(back_end.address);
  else
    job->exchange_->Begin();
}

void Scanner::Core::Done(const std::shared_ptr<ScanJob>& job, bool fresh,
                         const Exchange::Outcome& outcome) {
  BackEnd& back_end = back_ends_[job->back_end_];
  const std::string wrong = WhatIsWrong(*job, outcome);
  const bool replied = wrong.empty();
  // A connection that had been idle may have been closed meanwhile, with or without a word of
  // parting: that is nobody's failure.
  const bool stale = !replied && !fresh && !job->settled_;
  if (stale) {
    job->exchange_->Cancel();
    return Ask(job, job->back_end_, true);
  }
  if (replied && outcome.reply.keep && job->closed_ && job->exchange_->sent())
    back_end.KeepIdle({job->exchange_->TakeSocket(), clock_.Now(), job->uses_});
  Disconnect(*job);
  if (job->settled_) {
    AnsweredLate(*job, wrong, outcome.reply);
  } else if (replied) {
    Answered(job, outcome.reply);
  } else {
    Retry(job, wrong);
  }
  LetIn();
}

std::string Scanner::Core::WhatIsWrong(const ScanJob& job, const Exchange::Outcome& outcome) {
  const ScanReply& reply = outcome.reply;
  if (!outcome.error.empty()) return outcome.error;
  if (reply.garbage) return reply.what;
  if (reply.serial != 0 && reply.serial != job.uses_) return "an answer to another question";
  // "Clean" before the scanner has the whole message is not a valid answer.
  const bool whole = job.closed_ && job.exchange_->underway();
  if (reply.kind == ScanReply::Kind::kClean && !whole) return "an answer before the end";
  return "";
}

void Scanner::Core::Answered(const std::shared_ptr<ScanJob>& job, const ScanReply& reply) {
  if (reply.kind == ScanReply::Kind::kError && !reply.of_message) {
    job->error_ = reply;
    return Retry(job, reply.what);
  }
  const TimePoint now = clock_.Now();
  back_ends_[job->back_end_].load.Answered(now, now - job->since());
  Count(*job, true, "");
  Settle(job, {.reply = reply});
}

// Another server may know better.
void Scanner::Core::Retry(const std::shared_ptr<ScanJob>& job, const std::string& wrong) {
  BackEnd& back_end = back_ends_[job->back_end_];
  const std::string why = back_end.name + ": " + wrong;
  back_end.load.Failed(clock_.Now(), job->since());
  Count(*job, false, why);
  job->Failed(job->back_end_, why);
  Place(job);
}

void Scanner::Core::AnsweredLate(ScanJob& job, const std::string& wrong, const ScanReply& reply) {
  --late_;
  job.grace_->cancel();
  BackEnd& back_end = back_ends_[job.back_end_];
  back_end.load.Repaid(clock_.Now(), job.since());
  back_end.Publish(clock_.Now());
  if (wrong.empty()) Remember(job, reply);
}

// The session went on without an answer.
void Scanner::Core::Late(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  job->settled_ = true;
  LeaveLine(*job);
  if (!job->exchange_) return;
  BackEnd& back_end = back_ends_[job->back_end_];
  const TimePoint now = clock_.Now();
  // A server that had it only for the last moments is not to blame.
  const bool fair = 2 * (now - job->since()) >= job->deadline_ - job->ended_at_;
  if (fair)
    Count(*job, false, back_end.name + ": no answer in time");
  else
    back_end.breaker.Released(job->pass_);
  Free(*job, fair);
  // A late verdict is of use only for a message that comes again.
  if (job->urgency_.insists) Remember(*job, std::nullopt);
  if (job->urgency_.insists && late_ < kMaxLate && job->closed_)
    KeepForLateAnswer(job);
  else
    Disconnect(*job);
  LetIn();
}

void Scanner::Core::KeepForLateAnswer(const std::shared_ptr<ScanJob>& job) {
  ++late_;
  job->grace_ = std::make_unique<boost::asio::steady_timer>(loop_.io(), kLatePatience);
  job->grace_->async_wait([self = shared_from_this(), job](boost::system::error_code stopped) {
    if (stopped || !job->exchange_) return;
    --self->late_;
    self->Disconnect(*job);
  });
}

void Scanner::Core::Abandoned(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  job->settled_ = true;
  LeaveLine(*job);
  if (!job->exchange_) return;
  back_ends_[job->back_end_].breaker.Released(job->pass_);
  Free(*job, false);
  Disconnect(*job);
  LetIn();
}

// The place of a job for which nobody waits any more. `late`: the server had time enough.
void Scanner::Core::Free(const ScanJob& job, bool late) {
  BackEnd& back_end = back_ends_[job.back_end_];
  const TimePoint now = clock_.Now();
  if (job.closed_)
    back_end.load.Abandoned(now, job.since(), late);
  else
    back_end.load.Dropped(now);
  back_end.Publish(now);
}

// The server learns nothing more of the message, and we nothing of its answer.
void Scanner::Core::Disconnect(ScanJob& job) {
  job.exchange_->Cancel();
  job.exchange_.reset();
}

void Scanner::Core::Remember(ScanJob& job, std::optional<ScanReply> reply) {
  if (!job.ended_) return;
  if (job.digest_.empty()) job.digest_ = job.Digest(job.pieces_);
  if (job.closed_) job.pieces_.clear();  // what is still to be written, the exchange holds
  late_verdicts_.Note(job.digest_, {job.back_end_, std::move(reply), clock_.Now()});
  remembers_.store(true, std::memory_order_relaxed);
}

void Scanner::Core::Count(ScanJob& job, bool good, const std::string& why) {
  BackEnd& back_end = back_ends_[job.back_end_];
  const Breaker::State before = back_end.breaker.state();
  const TimePoint now = clock_.Now();
  if (good)
    back_end.breaker.Succeeded(job.pass_);
  else
    back_end.breaker.Failed(job.pass_, now);
  const Breaker::State after = back_end.breaker.state();
  if (after == Breaker::State::kClosed && after != before) back_end.load.Restart();
  back_end.Publish(now);
  if (after == before) return;
  if (after == Breaker::State::kClosed) {
    log_.Info(options_.name + ": " + back_end.name + " answers again after " +
              Seconds(now - back_end.breaker.opened()));
    return;
  }
  if (before == Breaker::State::kClosed)
    log_.Warning(options_.name + ": not asked until it answers a probe: " + why);
  SetProbe(back_end);
}

void Scanner::Core::SetProbe(BackEnd& back_end) {
  if (!back_end.probe) {
    const auto done = [weak = weak_from_this(), &back_end](bool alive) {
      const auto self = weak.lock();
      if (!self || back_end.breaker.state() != Breaker::State::kOpen) return;
      if (alive) return back_end.breaker.ProbeAnswered();
      back_end.breaker.ProbeFailed(self->clock_.Now());
      self->SetProbe(back_end);
    };
    back_end.probe = std::make_shared<ScannerProbe>(loop_.io(), *protocol_, back_end.address, done);
  }
  back_end.probe->Set(back_end.breaker.probe_at() - clock_.Now());
}

}  // namespace spillway
