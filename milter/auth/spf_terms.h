// SPDX-License-Identifier: BSD-2-Clause
// The mechanisms of RFC 7208 section 5 that ask DNS, with the limits of section 4.6.4 counted over
// one whole evaluation. An evaluation stops at the first error, or at the first answer still
// missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/auth/spf_eval.h"
#include "milter/auth/spf_macro.h"
#include "milter/auth/spf_record.h"

namespace spillway {

class SpfTerms {
 public:
  struct Forced {
    State state;
    std::string reason;
  };
  // Both must outlive this.
  SpfTerms(const SpfQuery& query, SpfAnswers& answers);

  // Does an a, mx, ptr or exists directive of `domain`'s record match the client? False also when
  // the evaluation stopped.
  bool Matches(const SpfDirective& directive, const std::string& domain);
  // One more term that asks DNS; false, with permerror forced, beyond the tenth.
  bool CountTerm();
  // Null when stopped: the answer is missing, or was a failure (temperror is forced).
  DnsAnswerPtr Ask(const DnsQuestion& question);
  // nullopt when stopped.
  std::optional<std::string> Expand(const std::string& spec, const std::string& domain);

  // The first one stays: RFC 7208 ends the whole evaluation at an error.
  void Force(State state, const std::string& reason);
  const std::optional<Forced>& forced() const { return forced_; }
  bool pending() const { return !needed_.empty(); }
  bool stopped() const { return pending() || forced_.has_value(); }
  std::vector<DnsQuestion> TakeNeeded() { return std::move(needed_); }

 private:
  SpfMacroValues MacroValues(const std::string& domain);
  // As Ask, and counts an empty answer as void; permerror is forced beyond the second.
  DnsAnswerPtr AskTerm(const DnsQuestion& question);
  RrType AddressType() const { return query_.client.is_v4() ? RrType::kA : RrType::kAaaa; }
  bool AnyContains(const std::vector<Ip>& addresses, const SpfDirective& directive) const;
  bool MatchMx(const SpfDirective& directive, const std::string& target);
  bool MatchPtr(const std::string& target);
  // The client's names that resolve back to it (section 5.5), at most 10 tried; nullopt when
  // pending.
  std::optional<std::vector<std::string>> ValidatedNames();
  std::optional<std::string> MacroP(const std::string& domain);
  DnsAnswerPtr Peek(const DnsQuestion& question);

  const SpfQuery& query_;
  SpfAnswers& answers_;
  int terms_ = 0;
  int voids_ = 0;
  std::vector<DnsQuestion> needed_;
  std::optional<Forced> forced_;
};

}  // namespace spillway
