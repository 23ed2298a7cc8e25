// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/signing_keys.h"

#include <algorithm>

#include "conf/config_error.h"
#include "milter/auth/dkim_key.h"

namespace spillway {

std::vector<TomlKey> SignOptions::Keys() {
  return With({{"table", &table, 0, 0, ValidPath},
               {"canonicalization", &canonicalization, 0, 0, ValidForm},
               {"check_published", &check_published}});
}

SigningTable SignOptions::ReadTable(const Config& config) const {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(table, errors);
  if (errors.empty()) return ParseSigningTable(text, table, config.classes);
  return {.rows = {}, .errors = {config.PlaceOf(kName, "table") + ": " + errors.front()}};
}

std::vector<TomlKey> SealOptions::Keys() {
  return With({{"domain", &domain, 0, 0, ValidDomain},
               {"selector", &selector, 0, 0, ValidSelector},
               {"key_file", &key_file, 0, 0, ValidPathOrNone},
               {"check_published", &check_published}});
}

std::string SealOptions::Complaint(const Config& config) const {
  if (domain.empty() || selector.empty() || key_file.empty())
    return "needs domain, selector and key_file";
  return config.checks.Enabled("arc") ? "" : "needs [arc]";
}

SigningRow SealOptions::Row(const Config& config) const {
  SigningRow row;
  row.domain = ToLower(domain);
  row.selector = selector;
  row.key_file = key_file;
  row.place = config.PlaceOf(kName, "key_file");
  return row;
}

SigningKeys::SigningKeys(const std::vector<SigningRow>& rows, bool check_published)
    : check_published_(check_published) {
  std::vector<std::string> errors;
  for (const SigningRow& row : rows) {
    std::string error;
    if (auto key = PrivateKey::Load(row.key_file, error))
      keys_.push_back(std::make_unique<SigningKey>(row, std::move(*key)));
    else
      errors.push_back(row.place + ": " + error);
  }
  if (!errors.empty()) throw ConfigError(errors);
}

SigningKeys::List SigningKeys::Select(const std::function<bool(const SigningRow&)>& matches) const {
  List out;
  for (const auto& key : keys_) {
    const bool first = out.empty() && matches(key->row);
    if (first || (!out.empty() && key->row.who == out.front()->row.who)) out.push_back(key.get());
  }
  return out;
}

PublishedKeys::PublishedKeys(SigningKeys::List keys, bool check, Resolver& resolver)
    : keys_(std::move(keys)) {
  if (!check || keys_.empty()) return;
  std::vector<DnsQuestion> questions;
  for (const SigningKey* key : keys_)
    questions.push_back({DkimKeyName(key->row.selector, key->row.domain), RrType::kTxt});
  lookups_ =
      std::make_shared<DnsLookups>(keys_.front()->row.domain, resolver, std::move(questions));
  lookups_->Step();
}

bool PublishedKeys::MayUse(const SigningKey& key, Result& result) const {
  const std::string name = DkimKeyName(key.row.selector, key.row.domain);
  const DnsAnswerPtr answer = lookups_->Find({name, RrType::kTxt});
  const DkimKey found = answer ? SelectDkimKey(name, *answer) : DkimKey();
  if (found.status == DkimKey::Status::kUnavailable) {
    // It was there before; a name server that is down now does not change it.
    if (key.seen) return true;
    result.state = answer ? State::kTemperror : State::kLate;
    if (!answer) result.waited.missing = name;
    result.reason = answer ? found.reason : WaitingFor(name);
    return false;
  }
  key.seen = IsPublished(found, key.key.public_key());
  if (key.seen) return true;
  result.state = State::kPolicy;
  result.reason = found.status == DkimKey::Status::kFound
                      ? "another key is published at " + name
                      : found.reason + ", so its signature would not verify";
  return false;
}

bool PublishedKeys::ready() const {
  const bool seen = std::all_of(keys_.begin(), keys_.end(),
                                [](const SigningKey* key) { return key->seen.load(); });
  return !lookups_ || seen || lookups_->ready();
}

SigningKeys::List PublishedKeys::Usable(Deadline deadline, Result& result) {
  if (!lookups_) return keys_;
  if (!ready()) lookups_->Wait(deadline, result.waited);
  SigningKeys::List out;
  for (const SigningKey* key : keys_) {
    if (MayUse(*key, result)) out.push_back(key);
  }
  return out;
}

SigningJob::SigningJob(const CheckServices& services, std::shared_ptr<MessageCost> cost,
                       std::function<std::vector<AddedField>()> sign) {
  signed_ = std::make_shared<Pending<std::vector<AddedField>>>(kFreeCore);
  const auto job = [done = signed_, sign = std::move(sign)] { done->Complete(sign()); };
  if (!services.workers.Submit(job, std::move(cost))) signed_->Refuse(kFreeCore);
}

}  // namespace spillway
