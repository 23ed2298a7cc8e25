// SPDX-License-Identifier: BSD-2-Clause
// DKIM verification (RFC 6376, RFC 8463). The keys are asked for, all at once, when the header is
// complete; each signature is judged as soon as its key and the body are there, so that one silent
// key server costs only its own signature.
#include <mutex>
#include <variant>

#include "milter/auth/dkim_verify.h"
#include "milter/base/pending.h"
#include "milter/check/dkim_options.h"
#include "milter/check/entry.h"

namespace spillway {

namespace {

// The verification of one message; shared by the check and what is under way for it.
class DkimJob final : public std::enable_shared_from_this<DkimJob> {
 public:
  DkimJob(const DkimLibrary& library, const CheckServices& services,
          std::shared_ptr<MessageCost> cost)
      : services_(services),
        strand_(std::make_shared<Strand>(services.workers, std::move(cost))),
        verifier_(library, services.keys, "spillway"),
        judged_([this] { return Missing(); }) {}

  // False when there is nothing to verify.
  bool Headers(const std::vector<HeaderField>& headers, BodyHashes& hashes) {
    verifier_.Headers(headers, hashes);
    signatures_ = verifier_.signatures();
    key_known_.resize(signatures_.size());
    return !signatures_.empty();
  }

  void AskForKeys() {
    // A copy: the first key that arrives publishes into signatures_.
    const std::vector<DkimSignature> wanted = signatures_;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const std::string name = wanted[i].key_name;
      if (name.empty()) continue;
      auto arrived = [self = shared_from_this(), i, name](const DnsAnswerPtr& answer) {
        self->NoteKey(i);
        self->Post(
            [self, i, key = SelectDkimKey(name, *answer)] { self->verifier_.SetKey(i, key); });
      };
      const DnsAnswerPtr known =
          services_.resolver.Ask({name, RrType::kTxt}, wanted[i].domain, arrived);
      alone_ = alone_ && known != nullptr;
      if (!known) continue;
      NoteKey(i);
      known_keys_.emplace_back(i, SelectDkimKey(name, *known));
    }
  }

  void End(const std::shared_ptr<const BodyHashes>& hashes) {
    const auto here = [&] {
      Judge(*hashes);
      Publish();
    };
    if (alone_ && services_.workers.TryHere(here)) return;
    Post([self = shared_from_this(), hashes] { self->Judge(*hashes); });
  }

  // The signatures as far as they are judged at the deadline.
  std::vector<DkimSignature> Wait(Deadline deadline, Waited& waited) {
    const bool judged = judged_.Wait(deadline, waited) != nullptr;
    const bool refused = !judged && judged_.ready();
    judged_.Abandon();
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < signatures_.size(); ++i) {
      if (signatures_[i].state == State::kLate)
        signatures_[i].reason = WaitingFor(refused ? waited.missing : MissingFor(i));
    }
    return signatures_;
  }

 private:
  void Judge(const BodyHashes& hashes) {
    for (const auto& [index, key] : known_keys_) verifier_.SetKey(index, key);
    verifier_.EndOfBody(hashes);
  }

  // Runs `step` after all earlier ones, then publishes what it found.
  void Post(std::function<void()> step) {
    const bool posted = strand_->Post([self = shared_from_this(), step = std::move(step)] {
      if (self->judged_.abandoned()) return;
      step();
      self->Publish();
    });
    if (!posted) judged_.Refuse(kFreeCore);
  }

  void NoteKey(size_t index) {
    const std::lock_guard lock(mutex_);
    key_known_[index] = true;
  }

  void Publish() {
    const std::lock_guard lock(mutex_);
    signatures_ = verifier_.signatures();
    const bool all =
        std::none_of(signatures_.begin(), signatures_.end(),
                     [](const auto& signature) { return signature.state == State::kLate; });
    if (all) judged_.Complete({});
  }

  // What the signature waits for.
  std::string MissingFor(size_t index) const {
    return key_known_[index] ? kFreeCore : signatures_[index].key_name + "/TXT";
  }
  std::string Missing() {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < signatures_.size(); ++i) {
      if (signatures_[i].state == State::kLate) return MissingFor(i);
    }
    return kFreeCore;
  }

  const CheckServices& services_;
  const std::shared_ptr<Strand> strand_;
  // Keys that were in the cache: they go to the strand with the body, which saves a way there.
  std::vector<std::pair<size_t, DkimKey>> known_keys_;
  bool alone_ = true;      // nothing of this job is on the strand, or will come to it by itself
  DkimVerifier verifier_;  // the strand's while something is on it, otherwise the session's

  Pending<std::monostate> judged_;
  std::mutex mutex_;                       // guards all below
  std::vector<DkimSignature> signatures_;  // as last published
  std::vector<bool> key_known_;            // by signature: the answer has come, whatever it was
};

MethodResult Report(const DkimSignature& signature) {
  MethodResult result{.method = "dkim", .state = signature.state, .reason = signature.reason};
  result.properties = {{"header", "d", signature.domain},
                       {"header", "s", signature.selector},
                       {"header", "a", signature.algorithm},
                       {"header", "i", signature.identity},
                       {"header", "b", signature.b_prefix}};
  return result;
}

// The state of the whole check: pass if any signature passed, else late or temperror if any
// signature might still have passed.
State Summary(const std::vector<MethodResult>& methods) {
  for (const State wanted :
       {State::kPass, State::kLate, State::kTemperror, State::kFail, State::kPolicy}) {
    for (const MethodResult& method : methods) {
      if (method.state == wanted) return wanted;
    }
  }
  return methods.empty() ? State::kNone : State::kPermerror;
}

class DkimCheck final : public Check {
 public:
  DkimCheck(const Message& message, const DkimLibrary& library, const CheckServices& services,
            std::shared_ptr<MessageCost> cost)
      : message_(message), library_(library), services_(services), cost_(std::move(cost)) {}

  void OnHeaders() override {
    if (message_.headers_truncated || !HasSignature()) return;
    job_ = std::make_shared<DkimJob>(library_, services_, cost_);
    if (!job_->Headers(message_.headers, *message_.body_hashes)) return job_.reset();
    job_->AskForKeys();
  }

  void OnEnd(Deadline /*deadline*/) override {
    if (job_) job_->End(message_.body_hashes);
  }

  Result Finish(Deadline deadline) override {
    if (message_.headers_truncated) return TooLarge();
    Result result;
    if (!job_) {
      result.methods.push_back({.method = "dkim", .state = State::kNone});
      return result;
    }
    for (const DkimSignature& signature : job_->Wait(deadline, result.waited))
      result.methods.push_back(Report(signature));
    result.state = Summary(result.methods);
    for (const MethodResult& method : result.methods) {
      if (method.state == result.state && result.reason.empty()) result.reason = method.reason;
    }
    return result;
  }

 private:
  bool HasSignature() const {
    for (const HeaderField& field : message_.headers) {
      if (EqualsNoCase(Trim(field.name), "DKIM-Signature")) return true;
    }
    return false;
  }

  static Result TooLarge() {
    const std::string reason = "the header is too large to verify";
    return {State::kPermerror,
            reason,
            {{.method = "dkim", .state = State::kPermerror, .reason = reason}}};
  }

  const Message& message_;
  const DkimLibrary& library_;
  const CheckServices& services_;
  const std::shared_ptr<MessageCost> cost_;
  std::shared_ptr<DkimJob> job_;
};

class DkimType final : public CheckType {
 public:
  DkimType(const DkimOptions& options, const Config& /*config*/, const CheckServices& services)
      : disposition_(options.MakeDisposition()),
        services_(services),
        library_({.max_signatures = static_cast<size_t>(options.max_signatures),
                  .max_signed_headers = static_cast<size_t>(options.max_signed_headers),
                  .min_key_bits = static_cast<unsigned>(options.min_key_bits),
                  .max_key_bits = static_cast<unsigned>(options.max_key_bits)}) {}

  std::string_view name() const override { return DkimOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<DkimCheck>(message, library_, services_, std::move(cost));
  }

 private:
  const Disposition disposition_;
  const CheckServices services_;
  const DkimLibrary library_;
};

}  // namespace

extern const CheckEntry kDkimCheck;
const CheckEntry kDkimCheck = EntryOf<DkimOptions, DkimType>();

}  // namespace spillway
