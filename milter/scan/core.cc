// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/core.h"

#include <algorithm>

namespace spillway {

namespace {

std::string Seconds(Duration d) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(d).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Scanner::Core::Core(ScanLoop& loop, std::unique_ptr<ScanProtocol> protocol, Options options,
                    const Clock& clock, Log& log)
    : loop_(loop),
      protocol_(std::move(protocol)),
      options_(std::move(options)),
      clock_(clock),
      log_(log) {
  for (const Endpoint& endpoint : options_.back_ends) back_ends_.emplace_back(loop.io(), endpoint);
}

std::string Scanner::Core::where() const {
  std::string out;
  for (const BackEnd& back_end : back_ends_) out += (out.empty() ? "" : ", ") + back_end.name;
  return out;
}

void Scanner::Core::Advance(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  if (job->exchange_) return job->Feed(*protocol_, false);
  const bool begun = job->tried_ != 0 || job->pieces_.size() > 1;
  if (protocol_->streams() && !begun) Place(job);
}

// The whole message is known now, so its digest can be looked up in the late verdicts.
void Scanner::Core::Ended(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  const auto* known = late_verdicts_.Find(job->digest_, clock_.Now());
  if (known != nullptr && known->reply) {
    Abandoned(job);
    job->Complete({.reply = *known->reply, .remembered = true});
    return;
  }
  bool busy = false;
  if (known != nullptr) job->tried_ |= uint64_t{1} << known->back_end;
  const bool elsewhere = known != nullptr && Choose(*job, busy).has_value();
  if (known != nullptr && !elsewhere) job->tried_ = 0;
  if (job->queued_) return;
  if (job->exchange_ && !(elsewhere && job->tried(job->back_end_)))
    return job->Feed(*protocol_, false);
  if (job->exchange_) {
    back_ends_[job->back_end_].breaker.Released(job->pass_);
    Leave(*job);
  }
  Place(job);
}

std::optional<size_t> Scanner::Core::Choose(const ScanJob& job, bool& busy) const {
  std::optional<size_t> best;
  for (size_t i = 0; i < back_ends_.size(); ++i) {
    const BackEnd& candidate = back_ends_[i];
    if (job.tried(i) || !candidate.breaker.WouldAdmit()) continue;
    if (candidate.in_flight >= options_.connections) {
      busy = true;
      continue;
    }
    // A half-open back end is preferred, so that it gets its trial message.
    if (!best || candidate.breaker.state() == Breaker::State::kHalfOpen ||
        (back_ends_[*best].breaker.state() == Breaker::State::kClosed &&
         candidate.in_flight < back_ends_[*best].in_flight))
      best = i;
  }
  return best;
}

void Scanner::Core::Place(const std::shared_ptr<ScanJob>& job) {
  bool busy = false;
  job->queued_ = false;
  if (const auto to = Choose(*job, busy)) {
    job->pass_ = back_ends_[*to].breaker.Admit();
    ++back_ends_[*to].in_flight;
    return Ask(job, *to, false);
  }
  if (busy) {
    job->queued_ = true;
    waiting_.push_back(job);
    return;
  }
  job->settled_ = true;
  if (job->error_) return job->Complete({.reply = *job->error_});
  job->Complete(
      {.down = true,
       .reason = job->why_.empty() ? where() + ": not asked, it has failed before" : job->why_});
}

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
  const bool nobody_waits = job->settled_;
  const size_t at = job->back_end_;
  Leave(*job);
  if (nobody_waits) {
    --late_;
    if (replied) Remember(*job, outcome.reply);
    return;
  }
  if (replied) return Answered(job, outcome.reply);
  const std::string why = back_end.name + ": " + wrong;
  Count(*job, false, why);
  job->Failed(at, why);
  Place(job);
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
    const BackEnd& back_end = back_ends_[job->back_end_];
    Count(*job, false, back_end.name + ": " + reply.what);
    job->error_ = reply;
    job->Failed(job->back_end_, back_end.name + ": " + reply.what);
    return Place(job);
  }
  Count(*job, true, "");
  job->settled_ = true;
  job->Complete({.reply = reply});
}

// The session went on without an answer.
void Scanner::Core::Late(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  job->settled_ = true;
  if (!job->exchange_) return;
  BackEnd& back_end = back_ends_[job->back_end_];
  // One that had it only for the last moments is not to blame.
  if (clock_.Now() - job->asked_ >= options_.fair)
    Count(*job, false, back_end.name + ": no answer in time");
  else
    back_end.breaker.Released(job->pass_);
  Remember(*job, std::nullopt);
  if (late_ >= kMaxLate || !job->closed_) return Leave(*job);
  // The job keeps its connection for a while, but frees its place at the back end.
  ++late_;
  job->grace_ = std::make_unique<boost::asio::steady_timer>(loop_.io(), kLatePatience);
  job->grace_->async_wait([self = shared_from_this(), job](boost::system::error_code stopped) {
    if (stopped || !job->exchange_) return;
    --self->late_;
    self->Leave(*job);
  });
  --back_end.in_flight;
  LetIn();
}

void Scanner::Core::Abandoned(const std::shared_ptr<ScanJob>& job) {
  if (job->settled_) return;
  job->settled_ = true;
  if (!job->exchange_) return;
  back_ends_[job->back_end_].breaker.Released(job->pass_);
  Leave(*job);
}

// Ends the exchange of a job, and with it its place.
void Scanner::Core::Leave(ScanJob& job) {
  job.exchange_->Cancel();
  job.exchange_.reset();
  if (job.grace_) {
    job.grace_->cancel();
    return;
  }
  --back_ends_[job.back_end_].in_flight;
  LetIn();
}

// Places the waiting jobs in order, up to the first that must go on waiting.
void Scanner::Core::LetIn() {
  while (!waiting_.empty()) {
    const auto next = waiting_.front().lock();
    const bool waits = next && next->queued_ && !next->settled_;
    bool busy = false;
    if (waits && !Choose(*next, busy) && busy) return;
    waiting_.pop_front();
    if (waits) Place(next);
  }
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
  if (after == before) return;
  if (after == Breaker::State::kClosed) {
    log_.Info(options_.name + ": " + back_end.name + " answers again after " +
              Seconds(now - back_end.breaker.opened()));
    return;
  }
  if (before == Breaker::State::kClosed)
    log_.Warning(options_.name + ": not asked until it answers a probe: " + why);
  SetProbe(job.back_end_);
  LetIn();  // a job must not wait for a back end that is not asked any more
}

void Scanner::Core::SetProbe(size_t at) {
  BackEnd& back_end = back_ends_[at];
  back_end.probe_timer.expires_after(back_end.breaker.probe_at() - clock_.Now());
  back_end.probe_timer.async_wait([self = weak_from_this(), at](boost::system::error_code stopped) {
    const auto core = self.lock();
    if (core && !stopped) core->Probe(at);
  });
}

void Scanner::Core::Probe(size_t at) {
  BackEnd& back_end = back_ends_[at];
  // Weak: nobody waits for a probe but this.
  back_end.probe = std::make_shared<Exchange>(
      ScanSocket(loop_.io()),
      [weak = weak_from_this()](std::string_view input) {
        const auto self = weak.lock();
        return self ? self->protocol_->ReadPong(input) : ScanReply{};
      },
      [weak = weak_from_this(), at](const Exchange::Outcome& outcome) {
        const auto self = weak.lock();
        const bool alive = outcome.error.empty() && outcome.reply.kind == ScanReply::Kind::kClean;
        if (self) self->Probed(at, alive);
      });
  back_end.probe->Send(protocol_->Ping());
  back_end.probe->Connect(back_end.address);
  back_end.probe_timer.expires_after(kProbePatience);
  back_end.probe_timer.async_wait([self = weak_from_this(), at](boost::system::error_code stopped) {
    const auto core = self.lock();
    if (core && !stopped) core->Probed(at, false);
  });
}

void Scanner::Core::Probed(size_t at, bool alive) {
  BackEnd& back_end = back_ends_[at];
  if (!back_end.probe) return;
  back_end.probe->Cancel();
  back_end.probe.reset();
  back_end.probe_timer.cancel();
  if (alive) return back_end.breaker.ProbeAnswered();
  back_end.breaker.ProbeFailed(clock_.Now());
  SetProbe(at);
}

}  // namespace spillway
