// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/possible_answers.h"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

DnsAnswerPtr Record(const char* text) {
  return std::make_shared<const DnsAnswer>(
      DnsAnswer{.status = DnsStatus::kOk, .texts = {"v=DMARC1; p=none; " + std::string(text)}});
}

const std::array<DnsAnswerPtr, 4>& Possibilities() {
  static const std::array<DnsAnswerPtr, 4> kAll = {
      std::make_shared<const DnsAnswer>(DnsAnswer{.status = DnsStatus::kNxdomain}), Record(""),
      Record("psd=n"), Record("psd=y")};
  return kAll;
}

}  // namespace

DnsAnswerPtr PossibleAnswers::Find(const DnsQuestion& question) {
  DnsAnswerPtr answer = known_(question);
  if (answer != nullptr && !answer->failed()) return answer;
  auto choice = std::find_if(choices_.begin(), choices_.end(),
                             [&](const Choice& each) { return each.question == question; });
  if (choice == choices_.end()) choice = choices_.insert(choice, {.question = question});
  return Possibilities()[choice->answer];
}

// Counts up from the last answer asked for; what is asked behind a changed answer may be another.
bool PossibleAnswers::Next() {
  while (!choices_.empty() && choices_.back().answer + 1 == Possibilities().size())
    choices_.pop_back();
  if (choices_.empty() || ++tried_ == kMost) return false;
  ++choices_.back().answer;
  return true;
}

}  // namespace spillway
