// SPDX-License-Identifier: BSD-2-Clause
// Failures while validating names for ptr and %{p} only lose that name (section 5.5); everywhere
// else a DNS failure is a temperror.
#include "milter/auth/spf_terms.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr int kMaxTerms = 10;
constexpr int kMaxVoids = 2;
constexpr size_t kMaxNames = 10;  // MX and PTR

bool IsSubdomain(std::string_view name, std::string_view of) {
  if (name == of) return true;
  return name.size() > of.size() && name.ends_with(of) && name[name.size() - of.size() - 1] == '.';
}

std::string_view FailureText(DnsStatus status) {
  switch (status) {
    case DnsStatus::kTimeout:
      return "no answer from DNS for ";
    case DnsStatus::kLimited:
      return "too many DNS questions in flight to ask for ";
    default:
      return "DNS failure for ";
  }
}

}  // namespace

SpfTerms::SpfTerms(const SpfQuery& query, SpfAnswers& answers) : query_(query), answers_(answers) {}

void SpfTerms::Force(State state, const std::string& reason) {
  if (!stopped()) forced_ = Forced{state, reason};
}

bool SpfTerms::CountTerm() {
  if (++terms_ <= kMaxTerms) return true;
  Force(State::kPermerror, "more than 10 terms that ask DNS");
  return false;
}

DnsAnswerPtr SpfTerms::Peek(const DnsQuestion& question) {
  DnsAnswerPtr answer = answers_.Find(question);
  if (!answer && std::find(needed_.begin(), needed_.end(), question) == needed_.end()) {
    needed_.push_back(question);
  }
  return answer;
}

DnsAnswerPtr SpfTerms::Ask(const DnsQuestion& question) {
  DnsAnswerPtr answer = Peek(question);
  if (!answer || !answer->failed()) return answer;
  Force(State::kTemperror, std::string(FailureText(answer->status)) + question.name + "/" +
                               std::string(RrTypeName(question.type)));
  return nullptr;
}

DnsAnswerPtr SpfTerms::AskTerm(const DnsQuestion& question) {
  DnsAnswerPtr answer = Ask(question);
  if (!answer || !answer->empty() || ++voids_ <= kMaxVoids) return answer;
  Force(State::kPermerror, "more than 2 void look-ups");
  return nullptr;
}

SpfMacroValues SpfTerms::MacroValues(const std::string& domain) {
  SpfMacroValues values;
  values.sender = (query_.local.empty() ? "postmaster" : query_.local) + "@" + query_.domain;
  values.helo = query_.helo;
  values.domain = domain;
  values.client = query_.client;
  values.validated_name = [this, domain] { return MacroP(domain); };
  return values;
}

std::optional<std::string> SpfTerms::Expand(const std::string& spec, const std::string& domain) {
  return ExpandDomain(spec, MacroValues(domain));
}

bool SpfTerms::AnyContains(const std::vector<Ip>& addresses, const SpfDirective& directive) const {
  const int prefix = query_.client.is_v4() ? directive.prefix4 : directive.prefix6;
  return std::any_of(addresses.begin(), addresses.end(), [&](const Ip& ip) {
    return Cidr(ip, std::min(prefix, ip.bits())).Contains(query_.client);
  });
}

bool SpfTerms::Matches(const SpfDirective& directive, const std::string& domain) {
  if (!CountTerm()) return false;
  std::optional<std::string> target = domain;
  if (!directive.domain_spec.empty()) target = Expand(directive.domain_spec, domain);
  if (!target) return false;
  switch (directive.mechanism) {
    case SpfMechanism::kA: {
      const DnsAnswerPtr answer = AskTerm({*target, AddressType()});
      return answer && AnyContains(answer->addresses, directive);
    }
    case SpfMechanism::kExists: {
      const DnsAnswerPtr answer = AskTerm({*target, RrType::kA});
      return answer && answer->positive();
    }
    case SpfMechanism::kMx:
      return MatchMx(directive, *target);
    case SpfMechanism::kPtr:
      return MatchPtr(*target);
    default:
      return false;
  }
}

bool SpfTerms::MatchMx(const SpfDirective& directive, const std::string& target) {
  const DnsAnswerPtr exchanges = AskTerm({target, RrType::kMx});
  if (!exchanges) return false;
  if (exchanges->names.size() > kMaxNames) {
    Force(State::kPermerror, target + " has more than 10 MX");
    return false;
  }
  // Ask for all of them before looking at any: one round of DNS instead of ten.
  std::vector<DnsAnswerPtr> answers;
  for (const std::string& name : exchanges->names) answers.push_back(Peek({name, AddressType()}));
  if (pending()) return false;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!Ask({exchanges->names[i], AddressType()})) return false;
    if (AnyContains(answers[i]->addresses, directive)) return true;
  }
  return false;
}

std::optional<std::vector<std::string>> SpfTerms::ValidatedNames() {
  const DnsAnswerPtr pointers = Peek({query_.client.ReverseName(), RrType::kPtr});
  if (!pointers) return std::nullopt;
  std::vector<std::string> validated;
  bool missing = false;
  for (size_t i = 0; i < std::min(pointers->names.size(), kMaxNames); ++i) {
    const DnsAnswerPtr answer = Peek({pointers->names[i], AddressType()});
    if (!answer) {
      missing = true;
      continue;
    }
    const auto& found = answer->addresses;
    if (std::find(found.begin(), found.end(), query_.client) != found.end())
      validated.push_back(pointers->names[i]);
  }
  if (missing) return std::nullopt;
  return validated;
}

bool SpfTerms::MatchPtr(const std::string& target) {
  const auto names = ValidatedNames();
  return names && std::any_of(names->begin(), names->end(),
                              [&](const std::string& name) { return IsSubdomain(name, target); });
}

// Section 7.3: the current domain itself if validated, else a subdomain of it, else any name.
std::optional<std::string> SpfTerms::MacroP(const std::string& domain) {
  const auto names = ValidatedNames();
  if (!names) return std::nullopt;
  if (names->empty()) return "unknown";
  if (std::find(names->begin(), names->end(), domain) != names->end()) return domain;
  const auto below = std::find_if(names->begin(), names->end(), [&](const std::string& name) {
    return IsSubdomain(name, domain);
  });
  return below != names->end() ? *below : names->front();
}

}  // namespace spillway
