// SPDX-License-Identifier: BSD-2-Clause
// Answers from a map.
#include "t/rig/fake_dns.h"

#include "milter/mail/header.h"

namespace spillway {

DnsAnswer& FakeDns::Slot(const std::string& name, RrType type) {
  names_.insert(ToLower(name));
  DnsAnswer& answer = answers_[{ToLower(name), type}];
  answer.status = DnsStatus::kOk;
  answer.ttl = 300;
  return answer;
}

void FakeDns::Txt(const std::string& name, std::vector<std::string> texts) {
  const std::lock_guard lock(mutex_);
  Slot(name, RrType::kTxt).texts = std::move(texts);
}

void FakeDns::Address(const std::string& name, const std::vector<std::string>& addresses) {
  const std::lock_guard lock(mutex_);
  for (const std::string& address : addresses) {
    const RrType type = address.find(':') == std::string::npos ? RrType::kA : RrType::kAaaa;
    Slot(name, type).addresses.push_back(Ip::Parse(address).value());
  }
}

void FakeDns::Names(const std::string& name, RrType type, std::vector<std::string> names) {
  const std::lock_guard lock(mutex_);
  for (std::string& one : names) one = ToLower(one);
  Slot(name, type).names = std::move(names);
}

void FakeDns::Fail(const std::string& name, RrType type, DnsStatus status) {
  const std::lock_guard lock(mutex_);
  Slot(name, type).status = status;
}

void FakeDns::Silence(const std::string& name) {
  const std::lock_guard lock(mutex_);
  silent_.insert(name);
}

void FakeDns::Release(const std::string& name) {
  std::vector<Held> due;
  {
    const std::lock_guard lock(mutex_);
    silent_.erase(name);
    for (size_t i = held_.size(); i-- > 0;) {
      if (held_[i].question.name != name) continue;
      due.push_back(std::move(held_[i]));
      held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  for (const Held& held : due) held.done(Answer(held.question));
}

DnsAnswerPtr FakeDns::Ask(const DnsQuestion& question, std::string_view, Callback done) {
  {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (silent_.contains(question.name)) {
      held_.push_back({question, std::move(done)});
      return nullptr;
    }
  }
  return Answer(question);
}

DnsAnswerPtr FakeDns::Answer(const DnsQuestion& question) const {
  const std::lock_guard lock(mutex_);
  const auto it = answers_.find(question);
  if (it != answers_.end()) return std::make_shared<DnsAnswer>(it->second);
  const bool known = names_.contains(question.name);
  return std::make_shared<DnsAnswer>(
      DnsAnswer{.status = known ? DnsStatus::kNoData : DnsStatus::kNxdomain, .ttl = 300});
}

size_t FakeDns::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

}  // namespace spillway
