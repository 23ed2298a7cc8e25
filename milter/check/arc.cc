// SPDX-License-Identifier: BSD-2-Clause
// ARC verification (RFC 8617). The keys of all sets are asked for, at once, when the header is
// complete; the signatures are checked at the end.
#include <algorithm>

#include "milter/auth/arc_chain.h"
#include "milter/auth/body_hashes.h"
#include "milter/auth/dkim_key.h"
#include "milter/check/dkim_options.h"
#include "milter/check/entry.h"
#include "milter/dns/lookups.h"
#include "milter/mail/from.h"

namespace spillway {

namespace {

struct ArcOptions final : OptionsOf<ArcOptions> {
  static constexpr std::string_view kName = "arc";
  Strings trusted_sealers;
  std::vector<TomlKey> Keys() override {
    return With({{"trusted_sealers", &trusted_sealers, 0, 0, ValidHostName}});
  }
};

class ArcCheck final : public Check {
 public:
  ArcCheck(const Message& message, const ArcLimits& limits, const Strings& trusted,
           const CheckServices& services)
      : message_(message), limits_(limits), trusted_(trusted), services_(services) {}

  void OnHeaders() override {
    if (message_.headers_truncated) return;
    chain_ = ReadArcChain(message_.headers);
    if (chain_.state != State::kPass) return;
    message_.body_hashes->Want(chain_.relaxed_body);
    std::vector<DnsQuestion> questions;
    for (const std::string& name : ArcKeyNames(chain_)) questions.push_back({name, RrType::kTxt});
    keys_ = std::make_shared<DnsLookups>(chain_.sealers().back(), services_.resolver,
                                         std::move(questions));
    keys_->Step();
  }

  Result Finish(Deadline deadline) override {
    if (message_.headers_truncated)
      return Report(State::kPermerror, "the header is too large to verify");
    if (!keys_) return Report(chain_.state, chain_.reason);
    Waited waited;
    Result result = keys_->Wait(deadline, waited)
                        ? Verified()
                        : Report(State::kLate, WaitingFor(waited.missing));
    result.waited = waited;
    return result;
  }

 private:
  Result Verified() {
    VerifyArcChain(
        message_.headers, message_.body_hashes->Get(chain_.relaxed_body).sha256,
        [this](const std::string& name, const std::string& algorithm) {
          return Keys(name, algorithm);
        },
        limits_, chain_);
    // A key that could not be had is no proof that the chain is broken.
    if (chain_.state == State::kFail && !unavailable_.empty())
      return Report(State::kTemperror, "no answer for " + unavailable_);
    Result result = Report(chain_.state, chain_.reason);
    if (chain_.state == State::kPass) Vouch(result);
    return result;
  }

  std::vector<SignatureKeyPtr> Keys(const std::string& name, const std::string& algorithm) {
    const DkimKey key = SelectDkimKey(name, *keys_->Find({name, RrType::kTxt}));
    if (key.status == DkimKey::Status::kUnavailable) unavailable_ = name;
    std::vector<SignatureKeyPtr> keys;
    for (const std::string& record : key.records)
      keys.push_back(services_.keys.Get(record, algorithm));
    return keys;
  }

  static Result Report(State state, const std::string& reason) {
    return {.state = state,
            .reason = reason,
            .methods = {{.method = "arc", .state = state, .reason = reason}}};
  }

  // Who is not trusted could have written all of what came before.
  void Vouch(Result& result) const {
    const std::vector<std::string> sealers = chain_.sealers();
    for (const std::string& sealer : sealers)
      result.reason += (result.reason.empty() ? "sealed by " : ", ") + sealer;
    const bool trusted = std::all_of(sealers.begin(), sealers.end(), [this](const auto& sealer) {
      return std::find(trusted_.begin(), trusted_.end(), sealer) != trusted_.end();
    });
    if (trusted && chain_.covers_author() &&
        chain_.vouches_for(FindAuthor(message_.headers).domain()))
      result.vouched_by = sealers.back();
  }

  const Message& message_;
  const ArcLimits limits_;
  const Strings& trusted_;
  const CheckServices& services_;
  ArcChain chain_;
  std::shared_ptr<DnsLookups> keys_;
  std::string unavailable_;
};

class ArcType final : public CheckType {
 public:
  ArcType(const ArcOptions& options, const Config& config, const CheckServices& services)
      : options_(options),
        disposition_(options.MakeDisposition()),
        limits_{static_cast<int>(config.checks.Of<DkimOptions>().min_key_bits),
                static_cast<int>(config.checks.Of<DkimOptions>().max_key_bits)},
        services_(services) {}

  std::string_view name() const override { return ArcOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<ArcCheck>(message, limits_, options_.trusted_sealers, services_);
  }

 private:
  const ArcOptions options_;
  const Disposition disposition_;
  const ArcLimits limits_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kArcCheck;
const CheckEntry kArcCheck = EntryOf<ArcOptions, ArcType>();

}  // namespace spillway
