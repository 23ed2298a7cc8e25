// SPDX-License-Identifier: BSD-2-Clause
// Collects the message, drives the pipeline, reports once.
#include "milter/session.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>

#include "milter/auth/authres.h"
#include "milter/auth/authres_reader.h"
#include "milter/auth/body_hashes.h"
#include "milter/telemetry/mail_hash.h"

namespace spillway {

namespace {

std::string SessionId(uint64_t number) {
  char text[20];
  std::snprintf(text, sizeof(text), "s%08lx", static_cast<unsigned long>(number));
  return text;
}

std::string FormatMilliseconds(Duration d) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1fms", static_cast<double>(Microseconds(d)) / 1000.0);
  return text;
}

uint8_t SizeBucket(uint64_t bytes) {
  return static_cast<uint8_t>(std::bit_width(bytes / 1024));
}

static_assert(kMaxChecks <= telemetry::kMaxChecks && kMaxCheckName < telemetry::kNameSize);

// Fields that the filter writes and that must not come from outside.
constexpr std::array<std::string_view, 6> kOurFields = {
    kAuthenticationResults, kScanField, kListsField, kAttachmentsField, kRulesField, kSpamFlag};

bool IsThisMachine(const Client& client) {
  return client.cls == ClientClass::kInternal &&
         (client.has_address ? client.address.loopback() : client.local);
}

// For whose sake others do not wait: a user, or a host.
std::string WhoWaits(const Client& client) {
  return client.auth_user.empty() ? std::string(client.address.HostOctets())
                                  : "user " + client.auth_user;
}

// What was seen of the stranger says more than what is seen of the content filter.
void KeepResults(Verdict& verdict) {
  std::erase_if(verdict.deletions, [](const HeaderDeletion& each) {
    return each.name != kAuthenticationResults;  // our other fields of the first time
  });
  std::erase_if(verdict.insertions,
                [](const AddedField& field) { return field.name == kAuthenticationResults; });
}

std::string Joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

// The actions that checks in shadow mode would have taken: "reject(clamd),quarantine(rspamd)".
std::string WouldBe(const std::vector<CheckReport>& reports) {
  std::vector<std::string> out;
  for (const CheckReport& report : reports) {
    if (report.shadow != Wish::kNone)
      out.push_back(std::string(WishName(report.shadow)) + "(" + std::string(report.name) + ")");
  }
  return Joined(out);
}

uint32_t ClampMicroseconds(int64_t us) {
  return static_cast<uint32_t>(std::clamp<int64_t>(us, 0, UINT32_MAX));
}

}  // namespace

// Adds the time of one call to the message's account.
class Session::Timed {
 public:
  explicit Timed(Session& session) : session_(session), start_(session.shared_.clock.Now()) {}
  ~Timed() { session_.spent_ += session_.shared_.clock.Now() - start_; }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Session& session_;
  const TimePoint start_;
};

Session::Session(SessionShared& shared)
    : shared_(shared),
      generation_(shared.generation.Get()),
      id_(SessionId(shared.next_id.fetch_add(1, std::memory_order_relaxed))),
      dialogue_from_(shared.clock.Now()) {
  shared_.recorder.counter(telemetry::Counter::kSessions).fetch_add(1, std::memory_order_relaxed);
}

Session::~Session() {
  Abort();
  shared_.recorder.counter(telemetry::Counter::kSessions).fetch_sub(1, std::memory_order_relaxed);
}

void Session::Connect(const std::optional<Ip>& address, bool probe, bool local) {
  if (!probe) shared_.recorder.Count(telemetry::Counter::kConnections);
  client_ = {};
  client_.probe = probe;
  client_.local = local && !address;
  client_.has_address = address.has_value();
  if (address) client_.address = *address;
}

void Session::Helo(std::string_view name) {
  client_.helo = name;
}

bool Session::CannotRetry() const {
  if (!client_.has_address) return false;
  if (generation_->clients().CannotRetry(client_.address, client_.auth_user)) return true;
  if (!client_.auth_user.empty()) return shared_.devices.ContainsUser(client_.auth_user);
  return generation_->clients().Internal(client_.address) &&
         shared_.devices.Contains(client_.address);
}

bool Session::MarksSpam() const {
  const CheckTypes& checks = generation_->checks();
  return client_.cls == ClientClass::kExternal &&
         std::any_of(checks.begin(), checks.end(),
                     [](const auto& type) { return type->disposition().marks_spam; });
}

void Session::Classify() {
  client_.cls = ClientClass::kExternal;
  client_.named = generation_->clients().Named(
      client_.has_address ? std::optional(client_.address) : std::nullopt, client_.auth_user);
  client_.cannot_retry = CannotRetry();
  if (client_.probe)
    client_.cls = ClientClass::kProbe;
  else if (!client_.auth_user.empty())
    client_.cls = ClientClass::kAuthenticated;
  else if (client_.has_address ? generation_->clients().Internal(client_.address) : client_.local)
    client_.cls = ClientClass::kInternal;
}

void Session::MailFrom(std::string_view path, std::string_view auth_user) {
  Abort();
  const Timed timed(*this);
  shared_.messages.fetch_add(1);
  client_.auth_user = auth_user;
  Classify();
  message_ = std::make_unique<Message>();
  message_->client = client_;
  message_->mail_from = ParsePath(path);
  message_->body_hashes = std::make_shared<BodyHashes>();
  pipeline_ =
      std::make_unique<Pipeline>(generation_->checks(), *message_, shared_.clock, Dropped());
  cost_ = pipeline_->cost();
  if (pipeline_->reduced()) shared_.recorder.Count(telemetry::Counter::kReduced);
  if (pipeline_->WantsContent())
    message_->content.emplace(generation_->config().budget.max_scan_size.value);
  pipeline_->OnEnvelope();
}

void Session::Recipient(std::string_view path) {
  if (!message_) return;
  ++message_->recipients;
  if (message_->rcpt_to.size() < Message::kMaxRecipients)
    message_->rcpt_to.push_back(ParsePath(path));
}

// Counts the fields with our names; forged ones, which came with the message, are to be deleted.
void Session::CountOurs(std::string_view name, std::string_view value) {
  for (size_t i = 0; i < kOurFields.size(); ++i) {
    if (!EqualsNoCase(name, kOurFields[i])) continue;
    const unsigned index = ++our_fields_[i];
    const bool results = kOurFields[i] == kAuthenticationResults;
    const auto author = results && IsThisMachine(client_)
                            ? StrangersAuthor(value, generation_->config().milter.authserv_id)
                            : std::nullopt;
    if (author) {
      message_->handed_back = true;
      message_->handed_back_author = *author;
      continue;
    }
    const bool forged = results ? ClaimsAuthservId(value, generation_->own_ids())
                                : kOurFields[i] != kSpamFlag || MarksSpam();
    if (forged) forged_.push_back({kOurFields[i].data(), index});
  }
}

void Session::Header(std::string_view name, std::string_view value) {
  if (!message_) return;
  const Timed timed(*this);
  // Before any cap: a forged field must not hide behind a large header.
  CountOurs(name, value);
  message_->AddHeader(name, value);
}

void Session::EndOfHeaders() {
  if (!message_) return;
  const Timed timed(*this);
  if (message_->content) message_->content->AddHeaders(message_->headers);
  if (message_->content && message_->headers_truncated) message_->content->MarkTruncated();
  pipeline_->OnHeaders();
}

void Session::Body(std::string_view chunk) {
  if (!message_) return;
  const Timed timed(*this);
  message_->body_bytes += chunk.size();
  message_->body_hashes->Update(chunk);
  if (message_->content && body_wanted_) message_->content->AddBody(chunk);
  body_wanted_ = body_wanted_ && pipeline_->OnBody(chunk);
}

Verdict Session::EndOfMessage(std::string_view queue_id) {
  if (!message_) return {};
  const TimePoint start = shared_.clock.Now() - spent_;
  dialogue_ = std::max(start - dialogue_from_, Duration::zero());
  accepted_budget_ = AcceptedBudget();
  const int slot = shared_.recorder.Enter(start);
  message_->queue_id = queue_id.empty() ? id_ : std::string(queue_id);
  message_->body_hashes->Finish();
  if (generation_->inspector() != nullptr && message_->content && pipeline_->WantsInspection())
    message_->inspecting =
        generation_->inspector()->Begin(message_->content->pieces(), WhoWaits(client_), cost_);
  const std::vector<CheckReport> reports =
      pipeline_->Finish({Deadline(start + generation_->config().budget.per_message),
                         Deadline(start + accepted_budget_)});
  Verdict verdict = Decide(reports, generation_->config().milter.authserv_id, forged_,
                           message_->queue_id, client_.cannot_retry);
  if (message_->handed_back) KeepResults(verdict);
  pipeline_.reset();  // may wait until work in progress has stopped: the client waits, too
  shared_.recorder.Leave(slot);
  Report(verdict, reports, start, shared_.clock.Now());
  Abort();
  dialogue_from_ = shared_.clock.Now();
  return verdict;
}

std::vector<std::string_view> Session::Dropped() const {
  constexpr unsigned kStride = 619;  // no common divisor with kAll: spreads the draws evenly
  const auto advice = shared_.recorder.Advice(shared_.clock.Now());
  if (!advice || advice->without == 0) return {};
  const unsigned draw = shared_.next_draw.fetch_add(kStride, std::memory_order_relaxed);
  return generation_->drop_order().For(client_, advice->without, draw % DropOrder::kAll);
}

Duration Session::AcceptedBudget() const {
  const Duration full = generation_->config().budget.per_message;
  const auto advice = shared_.recorder.Advice(shared_.clock.Now());
  return advice ? std::min<Duration>(full, advice->budget) : full;
}

void Session::Report(const Verdict& verdict, const std::vector<CheckReport>& reports,
                     TimePoint start, TimePoint end) {
  telemetry::Record record;
  record.start = Nanoseconds(start);
  record.end = Nanoseconds(end);
  record.queue_wait_us = ClampMicroseconds(QueueWait(end - start));
  if (verdict.tempfail) record.verdict = telemetry::Verdict::kTempfail;
  if (verdict.reject) record.verdict = telemetry::Verdict::kReject;
  record.client_class = static_cast<uint8_t>(client_.cls);
  record.client = client_.address.Mapped();
  if (!message_->rcpt_to.empty())
    record.mail = MailHash(message_->mail_from.ToString(), message_->rcpt_to[0].ToString());
  record.size_bucket = SizeBucket(message_->header_bytes + message_->body_bytes);
  record.late = verdict.late.empty() && verdict.unscanned.empty() ? 0 : 1;
  record.dialogue_ms = static_cast<uint32_t>(
      std::min<int64_t>(Microseconds(dialogue_) / 1000, std::numeric_limits<uint32_t>::max()));
  if (!verdict.unscanned.empty()) shared_.recorder.Count(telemetry::Counter::kUnscanned);
  record.check_count = static_cast<uint16_t>(std::min(reports.size(), telemetry::kMaxChecks));
  for (size_t i = 0; i < record.check_count; ++i) {
    record.check_us[i] = ClampMicroseconds(Microseconds(reports[i].spent));
    if (reports[i].result.state != State::kLate) continue;
    record.late_mask |= static_cast<uint16_t>(1U << i);
    if (record.waits_for[0] == '\0')
      LogSafe(reports[i].result.waited.missing, telemetry::kWaitSize)
          .copy(record.waits_for.data(), telemetry::kWaitSize - 1);
  }
  shared_.recorder.Push(record);
  if (shared_.on_report) shared_.on_report(client_, reports, end - start);
  WriteLog(verdict, reports, end - start);
}

// Capped at `total`: jobs of one message wait in parallel, so their waits can add up to more, and
// some of the wait may be the client's time.
int64_t Session::QueueWait(Duration total) const {
  return std::min(cost_->QueueWait(shared_.clock.Now()), Microseconds(total));
}

void Session::WriteLog(const Verdict& verdict, const std::vector<CheckReport>& reports,
                       Duration total) {
  std::string line = LogSafe(message_->queue_id) + ": sid=" + id_;
  line += " verdict=" + std::string(VerdictName(verdict));
  line += " client=" + (client_.has_address ? client_.address.ToString() : std::string("local"));
  line += " class=" + ClassNames(client_);
  line += " from=<" + LogSafe(message_->mail_from.ToString()) + ">";
  line += " rcpts=" + std::to_string(message_->recipients);
  line += " size=" + std::to_string(message_->header_bytes + message_->body_bytes);
  for (const CheckReport& report : reports) {
    if (report.result.state == State::kSkipped && report.result.reason.empty()) continue;
    line += " " + std::string(report.name) + "=" + std::string(StateName(report.result.state)) +
            "/" + FormatMilliseconds(report.spent);
    if (!report.result.reason.empty()) line += " (" + LogSafe(report.result.reason) + ")";
  }
  line += " total=" + FormatMilliseconds(total);
  line += " queue_wait=" + FormatMilliseconds(std::chrono::microseconds(QueueWait(total)));
  if (accepted_budget_ < generation_->config().budget.per_message)
    line += " budget=" + FormatMilliseconds(accepted_budget_);
  line += " late=" + (verdict.late.empty() ? "none" : Joined(verdict.late));
  if (!verdict.unscanned.empty()) line += " unscanned=" + Joined(verdict.unscanned);
  if (const std::string would = WouldBe(reports); !would.empty()) line += " would=" + would;
  if (verdict.waived) line += " waived=cannot-retry";
  if (!forged_.empty()) line += " forged_results_removed=" + std::to_string(forged_.size());
  if (client_.probe) return shared_.log.Debug(line);
  shared_.log.Info(line);
}

void Session::Abort() {
  if (!message_) return;
  pipeline_.reset();
  message_.reset();
  forged_.clear();
  our_fields_ = {};
  body_wanted_ = true;
  spent_ = {};
  shared_.messages.fetch_sub(1);
}

}  // namespace spillway
