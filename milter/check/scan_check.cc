// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/scan_check.h"

#include <algorithm>
#include <cstdio>

namespace spillway {

namespace {

std::string OneDecimal(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

// Fit for a comment of a header field.
std::string CommentSafe(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '(' || c == ')' || c == '\\'; }, ' ');
  return LogSafe(text);
}

std::string_view KindName(ScanReply::Kind kind) {
  switch (kind) {
    case ScanReply::Kind::kClean:
      return "clean";
    case ScanReply::Kind::kInfected:
      return "infected";
    case ScanReply::Kind::kSpam:
    case ScanReply::Kind::kReject:
      return "spam";
    case ScanReply::Kind::kDefer:
      return "doubtful";
    case ScanReply::Kind::kError:
      break;
  }
  return "unscanned";
}

// "Win.Test.EICAR_HDB-1", "reject, 15.3 of 5.0, RULE_A, RULE_B".
std::string Describe(const ScanReply& reply) {
  std::string out = reply.what;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  if (reply.score && reply.threshold)
    add(OneDecimal(*reply.score) + " of " + OneDecimal(*reply.threshold));
  for (const std::string& symbol : reply.symbols) add(symbol);
  return out;
}

LineRank RankOf(const Client& client) {
  if (client.cannot_retry) return LineRank::kCannotRetry;
  return client.auth_user.empty() ? LineRank::kOthers : LineRank::kSubmission;
}

class ScanType;

class ScanCheck final : public Check {
 public:
  ScanCheck(const ScanType& type, const Message& message) : type_(type), message_(message) {}
  ~ScanCheck() override {
    if (task_) task_->GiveUp(false);
  }

  void OnHeaders() override;
  bool OnBody(std::string_view chunk) override;
  void OnEnd(Deadline deadline) override;
  Result Finish(Deadline deadline) override;

 private:
  // Is the mail of such a client scanned?
  bool Applies() const;
  void Begin();
  void Send();
  Result Late(const Waited& waited);
  Result Judge(const ScanOutcome& outcome) const;
  Result Unscanned(State state, const std::string& why) const;

  const ScanType& type_;
  const Message& message_;
  std::shared_ptr<ScanTask> task_;
  size_t sent_ = 0;  // pieces
};

class ScanType final : public CheckType {
 public:
  ScanType(const ScannerOptions& options, const Config& config, const CheckServices& services)
      : name_(options.name()),
        scan_(options.scan),
        actions_(options.Actions()),
        disposition_(options.MakeDisposition(config)),
        our_name_(config.milter.authserv_id),
        scanner_(services.scan_loop, options.Protocol(), ServersOf(options), services.clock,
                 services.log) {}

  std::string_view name() const override { return name_; }
  const Disposition& disposition() const override { return disposition_; }
  bool WantsContent(const Client& client) const override { return IsAmong(client, scan_); }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<ScanCheck>(*this, message);
  }

  AddedField SkippedField() const override {
    return {std::string(kScanField), std::string(name_) + "=" + std::string(kSkippedText)};
  }
  std::vector<ServerFigures> Servers() const override { return scanner_.figures(); }

  const std::string& our_name() const { return our_name_; }
  // Thread-safe; asking it changes nothing of the type.
  Scanner& scanner() const { return scanner_; }
  Wish WishFor(ScanReply::Kind kind) const {
    const auto found = actions_.find(kind);
    return found == actions_.end() ? Wish::kNone : found->second;
  }

 private:
  static Scanner::Options ServersOf(const ScannerOptions& options) {
    Scanner::Options out{std::string(options.name()), {}, static_cast<size_t>(options.connections)};
    for (const std::string& server : options.servers)
      out.back_ends.push_back(Endpoint::Parse(server).value());
    return out;
  }

  const std::string_view name_;
  const Strings scan_;  // classes of client
  const std::map<ScanReply::Kind, Wish> actions_;
  const Disposition disposition_;
  const std::string our_name_;
  mutable Scanner scanner_;
};

bool ScanCheck::Applies() const {
  return message_.content && type_.WantsContent(message_.client);
}

void ScanCheck::OnHeaders() {
  if (!Applies()) return;
  if (type_.scanner().streams()) Begin();
}

void ScanCheck::Begin() {
  ScanSubject subject;
  if (message_.client.has_address) subject.client_address = message_.client.address.ToString();
  subject.local = message_.client.local;
  subject.helo = message_.client.helo;
  subject.mail_from = message_.mail_from.ToString();
  for (const Mailbox& recipient : message_.rcpt_to)
    subject.recipients.push_back(recipient.ToString());
  subject.user = message_.client.auth_user;
  subject.queue_id = message_.queue_id;
  subject.our_name = type_.our_name();
  subject.size = message_.content->size();
  const Client& client = message_.client;
  task_ = type_.scanner().Begin(
      std::move(subject), {.rank = RankOf(client), .insists = type_.disposition().Insists(client)});
  Send();
}

void ScanCheck::Send() {
  const auto& pieces = message_.content->pieces();
  for (; sent_ < pieces.size(); ++sent_) task_->Send(pieces[sent_]);
}

bool ScanCheck::OnBody(std::string_view /*chunk*/) {
  if (!Applies()) return false;
  if (task_) Send();
  return !message_.content->full();
}

void ScanCheck::OnEnd(Deadline deadline) {
  if (!Applies()) return;
  if (!task_) Begin();
  task_->End(message_.content->pieces(), deadline);
}

Result ScanCheck::Finish(Deadline deadline) {
  if (!task_) return {.state = State::kSkipped};
  Waited waited;
  const ScanOutcome* outcome = task_->Wait(deadline, waited);
  Result result = outcome == nullptr ? Late(waited)
                  : outcome->busy    ? Unscanned(State::kLate, outcome->reason)
                  : outcome->down    ? Unscanned(State::kTemperror, outcome->reason)
                                     : Judge(*outcome);
  result.waited = waited;
  return result;
}

Result ScanCheck::Late(const Waited& waited) {
  task_->GiveUp(true);
  task_.reset();
  return Unscanned(State::kLate, WaitingFor(waited.missing));
}

Result ScanCheck::Unscanned(State state, const std::string& why) const {
  const std::string text = std::string(type_.name()) + "=unscanned (" + CommentSafe(why) + ")";
  return {
      .state = state, .reason = why, .unscanned = true, .added = {{std::string(kScanField), text}}};
}

Result ScanCheck::Judge(const ScanOutcome& outcome) const {
  const ScanReply& reply = outcome.reply;
  if (reply.kind == ScanReply::Kind::kError)
    return Unscanned(reply.of_message ? State::kNeutral : State::kTemperror, reply.what);
  if (reply.kind == ScanReply::Kind::kClean && message_.content->truncated()) {
    return Unscanned(State::kNeutral, "clean as far as it was looked at: " +
                                          std::to_string(message_.content->size()) + " octets");
  }
  const bool clean = reply.kind == ScanReply::Kind::kClean;
  const bool spam = reply.kind == ScanReply::Kind::kSpam || reply.kind == ScanReply::Kind::kReject;
  const bool doubtful = reply.kind == ScanReply::Kind::kDefer;
  Result result{.state = clean ? State::kPass : (doubtful ? State::kPolicy : State::kFail),
                .reason = Describe(reply)};
  if (outcome.remembered) result.reason += result.reason.empty() ? "known" : ", known";
  result.wish = type_.WishFor(reply.kind);
  result.refusal.text = std::string(KindName(reply.kind));
  if (!reply.what.empty()) result.refusal.text += ": " + CommentSafe(reply.what);
  std::string text = std::string(type_.name()) + "=" + std::string(KindName(reply.kind));
  if (!result.reason.empty()) text += " (" + CommentSafe(result.reason) + ")";
  result.added.push_back({std::string(kScanField), text});
  if (spam && !type_.disposition().shadow) result.added.push_back({std::string(kSpamFlag), "YES"});
  return result;
}

}  // namespace

std::string ScannerOptions::Complaint(const Config& /*config*/) const {
  constexpr size_t kMaxServers = 64;
  return servers.empty() || servers.size() > kMaxServers ? "needs 1 to 64 servers" : "";
}

std::vector<TomlKey> ScannerOptions::With(const std::vector<TomlKey>& own) {
  std::vector<TomlKey> keys = {{"enabled", &on},
                               {"servers", &servers, 0, 0, ValidScanServer},
                               {"connections", &connections, 1, 1000},
                               {"scan", &scan, 0, 0, ValidClass},
                               {"tempfail_on_timeout", &tempfail_on_timeout, 0, 0, ValidClass},
                               {"tempfail_on_down", &tempfail_on_down, 0, 0, ValidClass},
                               {"required", &required_for, 0, 0, ValidClass}};
  keys.insert(keys.end(), own.begin(), own.end());
  return keys;
}

Disposition ScannerOptions::MakeDisposition(const Config& config) const {
  return {.tempfail_on_timeout = {false, tempfail_on_timeout},
          .tempfail_on_down = {false, tempfail_on_down},
          .required = {false, required_for},
          .shadow = config.content.shadow,
          .marks_spam = !config.content.shadow && Actions().contains(ScanReply::Kind::kSpam)};
}

std::unique_ptr<CheckType> MakeScanCheck(const ScannerOptions& options, const Config& config,
                                         const CheckServices& services) {
  if (!options.Runs(config)) return nullptr;
  return std::make_unique<ScanType>(options, config, services);
}

}  // namespace spillway
