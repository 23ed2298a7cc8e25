// SPDX-License-Identifier: BSD-2-Clause
// DKIM signatures for mail that is ours: of authenticated users and internal networks, never of
// strangers. The key's place in DNS is asked for (and cached) when the header is complete; the CPU
// pool signs at the end.
#include <algorithm>
#include <optional>

#include "conf/config_error.h"
#include "milter/auth/body_hashes.h"
#include "milter/auth/dkim_sign.h"
#include "milter/check/entry.h"
#include "milter/check/signing_keys.h"
#include "milter/mail/from.h"

namespace spillway {

namespace {

// RFC 5322 section 2.1.1. Postfix breaks longer lines on their way out (smtp_line_length_limit).
constexpr size_t kMaxLine = 998;

// Longest line so far, without its end.
class LineLength {
 public:
  void Add(std::string_view chunk) {
    while (!chunk.empty()) {
      const size_t end = std::min(chunk.find('\n'), chunk.size());
      line_ += end;
      longest_ = std::max(longest_, line_);
      if (end < chunk.size()) line_ = 0;
      chunk.remove_prefix(std::min(end + 1, chunk.size()));
    }
  }
  bool too_long() const { return longest_ > kMaxLine + 1; }

 private:
  size_t line_ = 0;
  size_t longest_ = 0;
};

bool WantedBy(const SigningRow& row, const Client& client, const std::string& author) {
  switch (row.kind) {
    case SigningRow::Kind::kDomain:
      return !author.empty() && row.Matches(author);
    case SigningRow::Kind::kUser:
      return !client.auth_user.empty() && row.Matches(client.auth_user);
    case SigningRow::Kind::kClass:
      return IsAmong(client, {row.pattern});
  }
  return false;
}

class SignCheck final : public Check {
 public:
  SignCheck(const Message& message, const SigningKeys& keys, DkimForm form,
            const CheckServices& services, std::shared_ptr<MessageCost> cost)
      : message_(message), keys_(keys), form_(form), services_(services), cost_(std::move(cost)) {}

  void OnHeaders() override {
    const Client& client = message_.client;
    const bool ours =
        client.cls == ClientClass::kInternal || client.cls == ClientClass::kAuthenticated;
    if (!ours || message_.headers_truncated) return;
    const std::string author = FindAuthor(message_.headers).domain();
    // With another author it is a mail of ours by now: a list's, say.
    strangers_ = message_.handed_back &&
                 (message_.handed_back_author.empty() || message_.handed_back_author == author);
    if (strangers_) return;
    auto selected =
        keys_.Select([&](const SigningRow& row) { return WantedBy(row, client, author); });
    if (selected.empty()) return;
    message_.body_hashes->Want(form_.relaxed_body);
    published_.emplace(std::move(selected), keys_.check_published(), services_.resolver);
  }

  bool OnBody(std::string_view chunk) override {
    if (!published_) return false;
    lines_.Add(chunk);
    return true;
  }

  // Side by side with the other checks: one that waits for a stranger's name server must not cost
  // the signature.
  void OnEnd(Deadline /*deadline*/) override {
    if (published_ && published_->ready()) Start(Deadline(services_.clock.Now()));
  }

  Result Finish(Deadline deadline) override {
    if (strangers_) return {.state = State::kSkipped, .reason = "handed back by a content filter"};
    if (!published_) return {.state = State::kSkipped};
    if (!started_) Start(deadline);
    if (!job_) return unusable_;
    Waited waited = unusable_.waited;
    const std::vector<AddedField>* fields = job_->Wait(deadline, waited);
    Result result = fields != nullptr
                        ? Signed(*fields)
                        : Result{.state = State::kLate, .reason = WaitingFor(waited.missing)};
    result.waited = waited;
    return result;
  }

 private:
  void Start(Deadline deadline) {
    started_ = true;
    usable_ = published_->Usable(deadline, unusable_);
    if (usable_.empty()) return;
    job_.emplace(
        services_, cost_,
        [headers = message_.headers, body = message_.body_hashes->Get(form_.relaxed_body).sha256,
         keys = usable_, form = form_,
         now = services_.clock.UnixSeconds()] { return Sign(headers, body, keys, form, now); });
  }

  static std::vector<AddedField> Sign(const std::vector<HeaderField>& headers,
                                      const std::string& body, const SigningKeys::List& keys,
                                      DkimForm form, int64_t now) {
    std::vector<AddedField> out;
    for (const SigningKey* key : keys) {
      HeaderField field =
          SignDkim(headers, body, {key->row.domain, key->row.selector, key->key}, form, now);
      if (!field.name.empty()) out.push_back({std::move(field.name), std::move(field.value)});
    }
    return out;
  }

  Result Signed(std::vector<AddedField> fields) const {
    if (fields.size() < usable_.size())
      return {.state = State::kTemperror, .reason = "OpenSSL could not sign"};
    Result result{.state = State::kPass, .added = std::move(fields)};
    for (const SigningKey* key : usable_)
      result.reason += (result.reason.empty() ? "" : ", ") + key->row.selector + "._domainkey." +
                       key->row.domain;
    if (!unusable_.reason.empty()) result.reason += "; " + unusable_.reason;
    if (lines_.too_long())
      result.reason += "; a line over 998 octets will be broken, and the signature with it";
    return result;
  }

  const Message& message_;
  const SigningKeys& keys_;
  const DkimForm form_;
  const CheckServices& services_;
  const std::shared_ptr<MessageCost> cost_;
  std::optional<PublishedKeys> published_;
  bool strangers_ = false;  // handed back by a content filter
  bool started_ = false;
  SigningKeys::List usable_;
  Result unusable_;  // about the keys that were not used
  std::optional<SigningJob> job_;
  LineLength lines_;
};

class SignType final : public CheckType {
 public:
  SignType(const SignOptions& options, const Config& config, const CheckServices& services)
      : options_(options),
        disposition_(options.MakeDisposition()),
        keys_(Rows(options, config), options.check_published),
        services_(services) {}

  std::string_view name() const override { return SignOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> cost) const override {
    const DkimForm form{.relaxed_header = options_.canonicalization.starts_with("relaxed/"),
                        .relaxed_body = options_.canonicalization.ends_with("/relaxed")};
    return std::make_unique<SignCheck>(message, keys_, form, services_, std::move(cost));
  }

 private:
  static std::vector<SigningRow> Rows(const SignOptions& options, const Config& config) {
    SigningTable table = options.ReadTable(config);
    if (!table.errors.empty()) throw ConfigError(table.errors);
    return std::move(table.rows);
  }

  const SignOptions options_;
  const Disposition disposition_;
  const SigningKeys keys_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kSignCheck;
const CheckEntry kSignCheck = EntryOf<SignOptions, SignType>();

}  // namespace spillway
