// SPDX-License-Identifier: BSD-2-Clause
// An answer that is missing is never taken for "no": where it could change the outcome, that is a
// temporary error.
#include "milter/auth/dmarc_eval.h"

#include <algorithm>
#include <set>

namespace spillway {

namespace {

// The policy that applies, and where it stands.
struct Discovery {
  bool failed = false;
  std::optional<DmarcRecord> record;
  std::string found_at;
  std::string why_none = "no policy";
};

// Section 4.10.1: the author domain's own record; else the organization's; else the registry's.
Discovery Discover(const std::string& author, const Organization& organization,
                   const DnsFind& find) {
  Discovery out;
  std::vector<std::string> places = {author, organization.domain};
  if (!organization.registry.empty()) places.push_back(organization.registry);
  for (const std::string& place : places) {
    const DmarcAt at = LookUpDmarc(place, find);
    out.failed = at.failed || (place != author && organization.failed);
    if (out.failed) return out;
    if (at.several && place == author) {
      out.why_none = "several policy records";
      return out;
    }
    if (!at.record) continue;
    out.found_at = place;
    if (at.record->usable)
      out.record = at.record;
    else
      out.why_none = "a policy record without a valid p or rua";
    return out;
  }
  out.failed = organization.failed;
  return out;
}

constexpr std::array<RrType, 3> kExistence = {RrType::kA, RrType::kAaaa, RrType::kMx};

bool NeedsExistence(const Discovery& found, const std::string& author) {
  return found.record && found.found_at != author && found.record->non_existent;
}

// Section 4.7, np: NXDOMAIN for all three. False for what cannot be told.
bool Exists(const std::string& author, const DnsFind& find, bool& failed) {
  bool open = false;
  for (const RrType type : kExistence) {
    const DnsAnswerPtr answer = find({author, type});
    if (answer != nullptr && (answer->positive() || answer->status == DnsStatus::kNoData))
      return true;
    open = open || answer == nullptr || answer->failed();
  }
  failed = open;
  return false;
}

DmarcPolicy PolicyFor(const Discovery& found, const std::string& author, const DnsFind& find,
                      bool& failed) {
  const DmarcRecord& record = *found.record;
  DmarcPolicy policy = record.policy;
  if (found.found_at != author) {
    policy = record.subdomains.value_or(policy);
    if (record.non_existent && !Exists(author, find, failed)) policy = *record.non_existent;
  }
  if (record.testing && policy != DmarcPolicy::kNone)
    policy = static_cast<DmarcPolicy>(static_cast<int>(policy) - 1);
  return policy;
}

// The organization of a name is the name itself or one above it: a domain that is not below the
// author's organization cannot belong to it, whatever its own name servers answer.
bool IsWithin(const std::string& name, const std::string& organization) {
  return name == organization || name.ends_with("." + organization);
}

enum class Aligned : uint8_t { kNo, kYes, kUnknown };

Aligned Align(const DmarcIdentifier& identifier, const std::string& author,
              const Organization& organization, const DmarcRecord& record, const DnsFind& find) {
  if (identifier.domain == author) return Aligned::kYes;
  if (identifier.spf ? record.strict_spf : record.strict_dkim) return Aligned::kNo;
  // With the walk incomplete, the organization may end higher up, but not above the top level.
  const std::string highest =
      organization.failed ? author.substr(author.rfind('.') + 1) : organization.domain;
  if (!IsWithin(identifier.domain, highest)) return Aligned::kNo;
  const Organization other = FindOrganization(identifier.domain, find);
  if (organization.failed || other.failed) return Aligned::kUnknown;
  return other.domain == organization.domain ? Aligned::kYes : Aligned::kNo;
}

bool Undecided(State state) {
  return state == State::kTemperror || state == State::kLate;
}

// The best result of all identifiers: pass, else late or temperror if one might have passed, else
// fail.
State Combine(const std::vector<DmarcIdentifier>& identifiers, const std::string& author,
              const Organization& organization, const DmarcRecord& record, const DnsFind& find) {
  State out = State::kFail;
  for (const DmarcIdentifier& identifier : identifiers) {
    if (identifier.state != State::kPass && !Undecided(identifier.state)) continue;
    const Aligned aligned = Align(identifier, author, organization, record, find);
    if (aligned == Aligned::kNo) continue;
    if (identifier.state == State::kPass && aligned == Aligned::kYes) return State::kPass;
    const bool late = identifier.state == State::kLate || out == State::kLate;
    out = late ? State::kLate : State::kTemperror;
  }
  return out;
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
  const Discovery found = Discover(author, FindOrganization(author, find), find);
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
  for (const std::string& domain : domains) {
    if (domain == author || !IsWithin(domain, organization.domain)) continue;
    for (const std::string& name : WalkNames(domain)) wanted.insert(DmarcQuestion(name));
  }
  std::erase_if(wanted, [&](const DnsQuestion& question) { return find(question) != nullptr; });
  return {wanted.begin(), wanted.end()};
}

DmarcOutcome EvaluateDmarc(const std::string& author,
                           const std::vector<DmarcIdentifier>& identifiers, const DnsFind& find) {
  const Organization organization = FindOrganization(author, find);
  const Discovery found = Discover(author, organization, find);
  DmarcOutcome out{.found_at = found.found_at, .organization = organization.domain};
  if (found.failed) {
    out.state = State::kTemperror;
    out.reason = "the policy could not be looked up";
    return out;
  }
  if (!found.record) {
    out.reason = found.why_none;
    return out;
  }
  bool unknown = false;
  out.policy = PolicyFor(found, author, find, unknown);
  out.state = Combine(identifiers, author, organization, *found.record, find);
  out.reason = Because(out.state);
  if (out.state == State::kFail && unknown) {
    out.state = State::kTemperror;
    out.reason = "whether the domain exists could not be looked up";
  }
  return out;
}

}  // namespace spillway
