// SPDX-License-Identifier: BSD-2-Clause
// SPF (RFC 7208) for the MAIL FROM and HELO identities, started at MAIL FROM. No thread waits: each
// DNS answer that completes a round of questions sends the evaluation to the CPU pool once more.
#include "milter/auth/received_spf.h"
#include "milter/auth/spf_eval.h"
#include "milter/base/pending.h"
#include "milter/check/entry.h"
#include "milter/dns/rounds.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

struct SpfOptions final : OptionsOf<SpfOptions> {
  static constexpr std::string_view kName = "spf";
  bool received_spf = false;
  std::vector<TomlKey> Keys() override { return With({{"received_spf", &received_spf}}); }
};

// The evaluation of one identity; shared by the check and the callbacks under way.
class SpfJob final : public std::enable_shared_from_this<SpfJob>, private SpfAnswers {
 public:
  SpfJob(SpfQuery query, const CheckServices& services, std::shared_ptr<MessageCost> cost)
      : query_(std::move(query)),
        services_(services),
        cost_(std::move(cost)),
        rounds_(services.resolver, query_.domain),
        outcome_([this] { return Missing(); }) {}

  // Runs until it is done or waits for DNS. At most one thread at a time is in here, because the
  // next step is only started by the last answer of a round.
  void Step() {
    while (true) {
      SpfOutcome outcome = EvaluateSpf(query_, *this);
      if (outcome.needed.empty()) return outcome_.Complete(std::move(outcome));
      if (!rounds_.AskAll(outcome.needed, [self = shared_from_this()] { self->Resume(); })) return;
    }
  }

  SpfOutcome Wait(Deadline deadline, Waited& all) {
    Waited waited;
    const SpfOutcome* outcome = outcome_.Wait(deadline, waited);
    all.Add(waited);
    if (outcome != nullptr) return *outcome;
    return {.state = State::kLate, .reason = WaitingFor(waited.missing)};
  }

 private:
  DnsAnswerPtr Find(const DnsQuestion& question) override { return rounds_.Find(question); }

  void Resume() {
    if (services_.workers.Submit([self = shared_from_this()] { self->Step(); }, cost_)) return;
    outcome_.Complete({.state = State::kTemperror, .reason = "the queue for CPU work is full"});
  }

  std::string Missing() const {
    const std::string question = rounds_.waiting_for();
    return question.empty() ? kFreeCore : question;
  }

  const SpfQuery query_;
  const CheckServices services_;
  const std::shared_ptr<MessageCost> cost_;
  DnsRounds rounds_;
  Pending<SpfOutcome> outcome_;
};

MethodResult Report(const SpfOutcome& outcome, const char* property, const std::string& value) {
  return {.method = "spf",
          .state = outcome.state,
          .reason = outcome.reason,
          .properties = {{"smtp", property, value}}};
}

class SpfCheck final : public Check {
 public:
  SpfCheck(const Message& message, const std::string& receiver, bool received_spf,
           const CheckServices& services, std::shared_ptr<MessageCost> cost)
      : message_(message),
        receiver_(receiver),
        received_spf_(received_spf),
        services_(services),
        cost_(std::move(cost)) {}

  void OnEnvelope() override {
    if (!SkipReason().empty()) return;
    const std::string helo = DnsName(message_.client.helo);
    if (!message_.mail_from.domain.empty()) {
      mail_from_ = Start(message_.mail_from.local, DnsName(message_.mail_from.domain));
    }
    // Section 2.4: for the null sender this is the MAIL FROM identity too.
    if (IsQualifiedDomain(helo) || message_.mail_from.null()) helo_ = Start("postmaster", helo);
  }

  Result Finish(Deadline deadline) override {
    if (const std::string reason = SkipReason(); !reason.empty())
      return {State::kSkipped, reason, {}};
    Result result;
    if (mail_from_)
      Collect(*mail_from_, deadline, "mailfrom", message_.mail_from.ToString(), result);
    if (helo_) Collect(*helo_, deadline, "helo", message_.client.helo, result);
    if (result.methods.empty()) return result;
    if (received_spf_) result.added.push_back(ReceivedSpf(result.methods.front()));
    result.state = result.methods.front().state;
    result.reason = result.methods.front().reason;
    return result;
  }

 private:
  std::string SkipReason() const {
    if (message_.client.cls == ClientClass::kAuthenticated) return "authenticated";
    if (message_.client.cls == ClientClass::kInternal) return "internal client";
    if (!message_.client.has_address) return "no client address";
    return {};
  }

  std::shared_ptr<SpfJob> Start(const std::string& local, const std::string& domain) {
    SpfQuery query{.client = message_.client.address,
                   .helo = DnsName(message_.client.helo),
                   .local = local,
                   .domain = domain};
    auto job = std::make_shared<SpfJob>(std::move(query), services_, cost_);
    job->Step();
    return job;
  }

  // Of the MAIL FROM identity, or of HELO where there is no other.
  AddedField ReceivedSpf(const MethodResult& method) const {
    return {"Received-SPF", FormatReceivedSpf({.result = method.state,
                                               .identity = mail_from_ ? "mailfrom" : "helo",
                                               .receiver = receiver_,
                                               .client = message_.client.address.ToString(),
                                               .sender = message_.mail_from.ToString(),
                                               .helo = message_.client.helo})};
  }

  static void Collect(SpfJob& job, Deadline deadline, const char* property,
                      const std::string& value, Result& result) {
    const SpfOutcome outcome = job.Wait(deadline, result.waited);
    result.methods.push_back(Report(outcome, property, value));
  }

  const Message& message_;
  const std::string& receiver_;
  const bool received_spf_;
  const CheckServices& services_;
  const std::shared_ptr<MessageCost> cost_;
  std::shared_ptr<SpfJob> mail_from_;
  std::shared_ptr<SpfJob> helo_;
};

class SpfType final : public CheckType {
 public:
  SpfType(const SpfOptions& options, const Config& config, const CheckServices& services)
      : options_(options),
        disposition_(options.MakeDisposition()),
        receiver_(config.milter.authserv_id),
        services_(services) {}

  std::string_view name() const override { return SpfOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    return std::make_unique<SpfCheck>(message, receiver_, options_.received_spf, services_,
                                      std::move(cost));
  }

 private:
  const SpfOptions options_;
  const Disposition disposition_;
  const std::string receiver_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kSpfCheck;
const CheckEntry kSpfCheck = EntryOf<SpfOptions, SpfType>();

}  // namespace spillway
