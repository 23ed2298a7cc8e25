// SPDX-License-Identifier: BSD-2-Clause
// ARC seals (RFC 8617) for mail of strangers, which passes through: the next receiver sees what we
// saw. Goes by what the checks before it found, so it is the last; a chain that could not be
// verified in time, or for want of a key, is not sealed, neither as good nor as bad.
#include "milter/auth/arc_seal.h"
#include "milter/auth/authres.h"
#include "milter/auth/body_hashes.h"
#include "milter/check/entry.h"
#include "milter/check/signing_keys.h"

namespace spillway {

namespace {

class SealCheck final : public Check {
 public:
  SealCheck(const Message& message, const SigningKeys& keys, const std::string& authserv_id,
            const CheckServices& services, std::shared_ptr<MessageCost> cost)
      : message_(message),
        keys_(keys),
        authserv_id_(authserv_id),
        services_(services),
        cost_(std::move(cost)) {}

  void OnHeaders() override {
    if (message_.client.cls != ClientClass::kExternal || message_.headers_truncated) return;
    chain_ = ReadArcChain(message_.headers);
    if (chain_.state == State::kFail) return;
    message_.body_hashes->Want(true);
    published_.emplace(keys_.Select([](const SigningRow& /*row*/) { return true; }),
                       keys_.check_published(), services_.resolver);
  }

  void Learn(const std::vector<CheckReport>& earlier) override {
    for (const CheckReport& report : earlier) {
      const auto& methods = report.result.methods;
      methods_.insert(methods_.end(), methods.begin(), methods.end());
      if (report.name == "arc") verified_ = report.result.state;
    }
  }

  Result Finish(Deadline deadline) override {
    if (chain_.state == State::kFail)
      return {.state = State::kSkipped, .reason = "the chain is broken: " + chain_.reason};
    if (!published_) return {.state = State::kSkipped};
    if (verified_ == State::kLate || verified_ == State::kTemperror || verified_ == State::kSkipped)
      return {.state = State::kSkipped, .reason = "the chain could not be verified"};
    Result result;
    const SigningKeys::List usable = published_->Usable(deadline, result);
    if (usable.empty()) return result;
    return Seal(*usable.front(), deadline, result.waited);
  }

 private:
  Result Seal(const SigningKey& key, Deadline deadline, const Waited& waited) {
    SigningJob job(
        services_, cost_,
        [headers = message_.headers, body = message_.body_hashes->Get(true).sha256, chain = chain_,
         &key, holds = verified_ == State::kPass,
         results = FormatAuthenticationResults(authserv_id_, methods_),
         now = services_.clock.UnixSeconds()] {
          const ArcSeal seal{
              {key.row.domain, key.row.selector, key.key}, results, FieldsToSeal(headers), now};
          std::vector<AddedField> out;
          for (HeaderField& field : SealArc(headers, body, chain, holds, seal))
            out.push_back({std::move(field.name), std::move(field.value)});
          return out;
        });
    Result result{.state = State::kPass, .waited = waited};
    const std::vector<AddedField>* fields = job.Wait(deadline, result.waited);
    if (fields == nullptr) {
      result.state = State::kLate;
      result.reason = WaitingFor(result.waited.missing);
    } else if (fields->empty()) {
      result.state = State::kSkipped;
      result.reason = "the chain is full";
    } else {
      result.reason = "i=" + std::to_string(chain_.sets.size() + 1) + " by " + key.row.domain;
      result.added = *fields;
    }
    return result;
  }

  const Message& message_;
  const SigningKeys& keys_;
  const std::string& authserv_id_;
  const CheckServices& services_;
  const std::shared_ptr<MessageCost> cost_;
  ArcChain chain_;
  std::optional<PublishedKeys> published_;
  std::vector<MethodResult> methods_;
  State verified_ = State::kSkipped;
};

class SealType final : public CheckType {
 public:
  SealType(const SealOptions& options, const Config& config, const CheckServices& services)
      : disposition_(options.MakeDisposition()),
        authserv_id_(config.milter.authserv_id),
        keys_({options.Row(config)}, options.check_published),
        services_(services) {}

  std::string_view name() const override { return SealOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  bool learns() const override { return true; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<SealCheck>(message, keys_, authserv_id_, services_, std::move(cost));
  }

 private:
  const Disposition disposition_;
  const std::string authserv_id_;
  const SigningKeys keys_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kSealCheck;
const CheckEntry kSealCheck = EntryOf<SealOptions, SealType>();

}  // namespace spillway
