// SPDX-License-Identifier: BSD-2-Clause
// What the DNS may have said where no answer came: an evaluation that ends alike for each
// possibility needs no answer.
#pragma once

#include <vector>

#include "milter/dns/lookups.h"

namespace spillway {

// Stands in for answers about DMARC records that are missing, as far as a walk can tell them apart:
// no record, one without psd, with psd=n, with psd=y. An evaluation runs once for each combination:
//
//   do { evaluate(answers.find()); } while (answers.Next());
class PossibleAnswers {
 public:
  explicit PossibleAnswers(DnsFind known) : known_(std::move(known)) {}

  // Not after this object has gone.
  DnsFind find() {
    return [this](const DnsQuestion& question) { return Find(question); };
  }
  // Goes on to the next combination; false: there is none.
  bool Next();
  // There are too many combinations to try (16, which is two missing answers); Next() is false.
  bool gave_up() const { return tried_ == kMost; }

 private:
  struct Choice {
    DnsQuestion question;
    size_t answer = 0;
  };
  DnsAnswerPtr Find(const DnsQuestion& question);

  static constexpr size_t kMost = 17;
  const DnsFind known_;
  std::vector<Choice> choices_;  // in the order in which the evaluation asked
  size_t tried_ = 0;
};

}  // namespace spillway
