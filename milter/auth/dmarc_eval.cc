// SPDX-License-Identifier: BSD-2-Clause
// An answer that is missing is never taken for "no": where it could change the outcome, that is a
// temporary error.
#include "milter/auth/dmarc_eval.h"

#include <algorithm>
#include <set>

#include "milter/auth/possible_answers.h"

namespace spillway {

namespace {

// The policy that applies, and where it stands.
struct Discovery {
  bool failed = false;
  std::optional<DmarcRecord> record;
  std::string found_at;
  std::string why_none = "no policy";
};

Discovery Found(const std::string& place, const DmarcRecord& record) {
  Discovery out{.found_at = place, .why_none = "a policy record without valid policies or rua"};
  if (record.usable) out.record = record;
  return out;
}

// Section 4.10.1: the author domain's own record; else the organization's; else the registry's.
// Whatever answer is missing on the way, a record there could be the one that applies.
Discovery Discover(const std::string& author, const DnsFind& find) {
  const DmarcAt own = LookUpDmarc(author, find);
  if (own.failed) return {.failed = true};
  if (own.several) return {.why_none = "several policy records"};
  if (own.record) return Found(author, *own.record);
  const Organization organization = FindOrganization(author, find);
  if (organization.failed) return {.failed = true};
  if (organization.record) return Found(organization.domain, *organization.record);
  if (organization.registrys) return Found(organization.registry, *organization.registrys);
  return {};
}

// Section 4.7: for a domain that exists and for one that does not.
struct Policies {
  DmarcPolicy existing, missing;
};

DmarcPolicy Lowered(DmarcPolicy policy) {
  return policy == DmarcPolicy::kNone ? policy
                                      : static_cast<DmarcPolicy>(static_cast<int>(policy) - 1);
}

Policies PoliciesFor(const Discovery& found, const std::string& author) {
  const DmarcRecord& record = *found.record;
  Policies out{record.policy, record.policy};
  if (found.found_at != author) {
    out.existing = record.subdomains.value_or(record.policy);
    out.missing = record.non_existent.value_or(out.existing);
  }
  if (record.testing) out = {Lowered(out.existing), Lowered(out.missing)};
  return out;
}

constexpr std::array<RrType, 3> kExistence = {RrType::kA, RrType::kAaaa, RrType::kMx};

bool NeedsExistence(const Discovery& found, const std::string& author) {
  if (!found.record) return false;
  const Policies policies = PoliciesFor(found, author);
  return policies.existing != policies.missing;
}

// Section 4.7, np: missing is NXDOMAIN for all three. nullopt for what cannot be told.
std::optional<bool> Exists(const std::string& author, const DnsFind& find) {
  bool open = false;
  for (const RrType type : kExistence) {
    const DnsAnswerPtr answer = find({author, type});
    if (answer != nullptr && (answer->positive() || answer->status == DnsStatus::kNoData))
      return true;
    open = open || answer == nullptr || answer->failed();
  }
  return open ? std::nullopt : std::optional(false);
}

// The organization of a name is the name itself or one above it: a domain that is not below the
// author's organization cannot belong to it, whatever its own name servers answer.
bool IsWithin(const std::string& name, const std::string& organization) {
  return name == organization || name.ends_with("." + organization);
}

std::string TopLevel(const std::string& name) {
  return name.substr(name.rfind('.') + 1);
}

bool Aligned(const DmarcIdentifier& identifier, const std::string& author,
             const DmarcRecord& record, const DnsFind& find) {
  if (identifier.domain == author) return true;
  if (identifier.spf ? record.strict_spf : record.strict_dkim) return false;
  if (!IsWithin(identifier.domain, TopLevel(author))) return false;
  const std::string organization = FindOrganization(author, find).domain;
  return IsWithin(identifier.domain, organization) &&
         FindOrganization(identifier.domain, find).domain == organization;
}

bool Undecided(State state) {
  return state == State::kTemperror || state == State::kLate;
}

// The best result of all identifiers: pass, else late or temperror if one might have passed, else
// fail.
State BestOf(const std::vector<DmarcIdentifier>& identifiers, const std::string& author,
             const DmarcRecord& record, const DnsFind& find) {
  State out = State::kFail;
  for (const DmarcIdentifier& identifier : identifiers) {
    if (identifier.state != State::kPass && !Undecided(identifier.state)) continue;
    if (!Aligned(identifier, author, record, find)) continue;
    if (identifier.state == State::kPass) return State::kPass;
    const bool late = identifier.state == State::kLate || out == State::kLate;
    out = late ? State::kLate : State::kTemperror;
  }
  return out;
}

// The same, whatever answers are missing; where they decide, late or temperror.
State Combine(const std::vector<DmarcIdentifier>& identifiers, const std::string& author,
              const DmarcRecord& record, const DnsFind& find) {
  PossibleAnswers answers(find);
  const State first = BestOf(identifiers, author, record, answers.find());
  while (answers.Next()) {
    const State other = BestOf(identifiers, author, record, answers.find());
    if (other == first) continue;
    return first == State::kLate || other == State::kLate ? State::kLate : State::kTemperror;
  }
  return answers.gave_up() ? State::kTemperror : first;
}

std::string Because(State state) {
  switch (state) {
    case State::kFail:
      return "no aligned domain passed";
    case State::kTemperror:
      return "an aligned domain could not be checked";
    case State::kLate:
      return "an aligned domain was not checked in time";
    default:
      return {};
  }
}

}  // namespace

std::vector<DnsQuestion> PolicyQuestions(const std::string& author, const DnsFind& find) {
  std::vector<DnsQuestion> wanted;
  for (const std::string& name : WalkNames(author)) wanted.push_back(DmarcQuestion(name));
  const Discovery found = Discover(author, find);
  if (NeedsExistence(found, author)) {
    for (const RrType type : kExistence) wanted.push_back({author, type});
  }
  std::erase_if(wanted, [&](const DnsQuestion& question) { return find(question) != nullptr; });
  return wanted;
}

std::vector<DnsQuestion> AlignmentQuestions(const std::string& author,
                                            const std::vector<std::string>& domains,
                                            const DnsFind& find) {
  std::set<DnsQuestion> wanted;
  const Organization organization = FindOrganization(author, find);
  // With the walk incomplete, the organization may end higher up, but not above the top level.
  const std::string highest = organization.failed ? TopLevel(author) : organization.domain;
  for (const std::string& domain : domains) {
    if (domain == author || !IsWithin(domain, highest)) continue;
    for (const std::string& name : WalkNames(domain)) wanted.insert(DmarcQuestion(name));
  }
  std::erase_if(wanted, [&](const DnsQuestion& question) { return find(question) != nullptr; });
  return {wanted.begin(), wanted.end()};
}

DmarcOutcome EvaluateDmarc(const std::string& author,
                           const std::vector<DmarcIdentifier>& identifiers, const DnsFind& find) {
  const Discovery found = Discover(author, find);
  DmarcOutcome out{.found_at = found.found_at,
                   .organization = FindOrganization(author, find).domain};
  if (found.failed) {
    out.state = State::kTemperror;
    out.reason = "the policy could not be looked up";
    return out;
  }
  if (!found.record) {
    out.reason = found.why_none;
    return out;
  }
  const Policies policies = PoliciesFor(found, author);
  const auto exists = NeedsExistence(found, author) ? Exists(author, find) : true;
  out.policy = exists.value_or(true) ? policies.existing : policies.missing;
  out.state = Combine(identifiers, author, *found.record, find);
  out.reason = Because(out.state);
  if (out.state == State::kFail && !exists) {
    out.state = State::kTemperror;
    out.reason = "whether the domain exists could not be looked up";
  }
  return out;
}

}  // namespace spillway
