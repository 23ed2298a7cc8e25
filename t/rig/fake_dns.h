// SPDX-License-Identifier: BSD-2-Clause
// A Resolver with the answers that a test gave it. A name can be silenced and answered later.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "milter/dns/resolver.h"

namespace spillway {

class FakeDns final : public Resolver {
 public:
  void Txt(const std::string& name, std::vector<std::string> texts);
  void Address(const std::string& name, const std::vector<std::string>& addresses);
  void Names(const std::string& name, RrType type, std::vector<std::string> names);
  void Fail(const std::string& name, RrType type, DnsStatus status);
  // From now on questions for `name` are not answered until Release().
  void Silence(const std::string& name);
  // Answers, from the calling thread, what is held for `name`.
  void Release(const std::string& name);

  DnsAnswerPtr Ask(const DnsQuestion& question, std::string_view owner, Callback done) override;
  // The answer at once: NXDOMAIN for a name without answers, NODATA for a type without one.
  DnsAnswerPtr Answer(const DnsQuestion& question) const;
  size_t asked() const;

 private:
  struct Held {
    DnsQuestion question;
    Callback done;
  };
  DnsAnswer& Slot(const std::string& name, RrType type);

  mutable std::mutex mutex_;
  std::map<DnsQuestion, DnsAnswer> answers_;
  std::set<std::string> names_;
  std::set<std::string> silent_;
  std::vector<Held> held_;
  size_t asked_ = 0;
};

}  // namespace spillway
