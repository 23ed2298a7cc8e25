// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/signing_keys.h"

#include <future>
#include <stdexcept>

#include "milter/auth/dkim_key.h"

namespace spillway {

SigningKeys::SigningKeys(const std::vector<SigningRow>& rows, bool check_published)
    : check_published_(check_published) {
  std::string errors;
  for (const SigningRow& row : rows) {
    std::string error;
    if (auto key = PrivateKey::Load(row.key_file, error))
      keys_.push_back(std::make_unique<SigningKey>(row, std::move(*key)));
    else
      errors += (errors.empty() ? "" : "\n") + row.place + ": " + error;
  }
  if (!errors.empty()) throw std::runtime_error(errors);
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
    result.reason = answer ? found.reason : "waiting for " + name;
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

SigningKeys::List PublishedKeys::Usable(Deadline deadline, Result& result) {
  if (!lookups_) return keys_;
  lookups_->Wait(deadline);
  SigningKeys::List out;
  for (const SigningKey* key : keys_) {
    if (MayUse(*key, result)) out.push_back(key);
  }
  return out;
}

std::optional<std::vector<AddedField>> SignOnPool(const CheckServices& services,
                                                  std::shared_ptr<MessageCost> cost,
                                                  Deadline deadline,
                                                  std::function<std::vector<AddedField>()> sign) {
  const auto promise = std::make_shared<std::promise<std::vector<AddedField>>>();
  std::future<std::vector<AddedField>> done = promise->get_future();
  const auto job = [promise, sign = std::move(sign)] { promise->set_value(sign()); };
  if (!services.workers.Submit(job, std::move(cost))) return std::nullopt;
  if (done.wait_until(deadline.at()) != std::future_status::ready) return std::nullopt;
  return done.get();
}

}  // namespace spillway
