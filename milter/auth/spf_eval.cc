// SPDX-License-Identifier: BSD-2-Clause
// The DNS layer under libspf2. Tokens are names "N.spillway.invalid", N an index into terms_.
#include "milter/auth/spf_eval.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

extern "C" {
#include <spf2/spf.h>
}

#include "milter/auth/spf_macro.h"
#include "milter/auth/spf_record.h"
#include "milter/auth/spf_terms.h"
#include "milter/base/ascii.h"
#include "milter/mail/address.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr std::string_view kTokenZone = ".spillway.invalid";
constexpr std::string_view kRootToken = "root.spillway.invalid";
constexpr size_t kMaxRecord = 2000;  // CVE-2023-42118 needs more than 3,500 octets

struct ServerFree {
  void operator()(SPF_server_t* p) const { SPF_server_free(p); }
};
struct RequestFree {
  void operator()(SPF_request_t* p) const { SPF_request_free(p); }
};
struct ResponseFree {
  void operator()(SPF_response_t* p) const { SPF_response_free(p); }
};

State FromLibrary(SPF_result_t result) {
  switch (result) {
    case SPF_RESULT_PASS:
      return State::kPass;
    case SPF_RESULT_FAIL:
      return State::kFail;
    case SPF_RESULT_SOFTFAIL:
      return State::kSoftfail;
    case SPF_RESULT_NEUTRAL:
      return State::kNeutral;
    case SPF_RESULT_NONE:
      return State::kNone;
    case SPF_RESULT_TEMPERROR:
      return State::kTemperror;
    default:
      return State::kPermerror;
  }
}

char QualifierChar(State qualifier) {
  switch (qualifier) {
    case State::kFail:
      return '-';
    case State::kSoftfail:
      return '~';
    case State::kNeutral:
      return '?';
    default:
      return '+';
  }
}

// One record under evaluation; an include of the same domain twice makes two.
struct Instance {
  SpfRecord record;
  std::string domain;
};

// What a token stands for.
struct Term {
  size_t instance = 0;
  const SpfDirective* directive = nullptr;  // null: the redirect of the instance
  std::optional<std::string> text;  // the rewritten record that an include or redirect led to
};

class Evaluation {
 public:
  Evaluation(const SpfQuery& query, SpfAnswers& answers)
      : query_(query), terms_of_message_(query, answers) {}

  SpfOutcome Run() {
    const State state = RunLibrary();
    if (terms_of_message_.pending()) return {.needed = terms_of_message_.TakeNeeded()};
    SpfOutcome out{.state = state};
    if (const auto& forced = terms_of_message_.forced()) {
      out.state = forced->state;
      out.reason = forced->reason;
    }
    return out;
  }

 private:
  State RunLibrary() {
    SPF_dns_server_t layer{};
    layer.lookup = &Evaluation::OnLookup;
    layer.name = "spillway";
    layer.hook = this;
    const std::unique_ptr<SPF_server_t, ServerFree> server(SPF_server_new_dns(&layer, 0));
    SPF_server_set_max_dns_mech(server.get(), static_cast<int>(kMaxRecord));  // ours count globally
    const std::unique_ptr<SPF_request_t, RequestFree> request(SPF_request_new(server.get()));
    // Address tests are ours, so the library gets an address that means nothing to it.
    SPF_request_set_ipv4_str(request.get(), "192.0.2.1");
    SPF_request_set_env_from(request.get(), ("s@" + std::string(kRootToken)).c_str());
    SPF_response_t* raw = nullptr;
    SPF_request_query_mailfrom(request.get(), &raw);
    const std::unique_ptr<SPF_response_t, ResponseFree> response(raw);
    return response ? FromLibrary(SPF_response_result(response.get())) : State::kPermerror;
  }

  static SPF_dns_rr_t* OnLookup(SPF_dns_server_t* layer, const char* domain, ns_type type, int) {
    return static_cast<Evaluation*>(layer->hook)->Lookup(layer, domain, type);
  }

  // Must not return null: the library would abort the process.
  SPF_dns_rr_t* Lookup(SPF_dns_server_t* layer, const char* domain, ns_type type) {
    const auto answer = [&](int herrno) {
      return SPF_dns_rr_new_init(layer, domain, type, 0, herrno);
    };
    if (type != ns_t_txt && type != ns_t_a) return answer(NO_DATA);
    if (terms_of_message_.stopped()) return answer(TRY_AGAIN);
    if (type == ns_t_txt) {
      const std::string* text = TextOf(domain);
      if (text == nullptr) return answer(terms_of_message_.stopped() ? TRY_AGAIN : HOST_NOT_FOUND);
      return Fill(answer(NETDB_SUCCESS), text->c_str(), text->size() + 1);
    }
    const Term* term = TermOf(domain);
    if (term == nullptr || term->directive == nullptr) return answer(HOST_NOT_FOUND);
    const bool match =
        terms_of_message_.Matches(*term->directive, instances_[term->instance]->domain);
    if (terms_of_message_.stopped()) return answer(TRY_AGAIN);
    if (!match) return answer(HOST_NOT_FOUND);
    constexpr uint8_t kAnyAddress[4] = {127, 0, 0, 2};
    return Fill(answer(NETDB_SUCCESS), kAnyAddress, sizeof(kAnyAddress));
  }

  static SPF_dns_rr_t* Fill(SPF_dns_rr_t* rr, const void* data, size_t size) {
    if (SPF_dns_rr_buf_realloc(rr, 0, size) == SPF_E_SUCCESS) {
      std::memcpy(rr->rr[0], data, size);
      rr->num_rr = 1;
    }
    return rr;
  }

  Term* TermOf(std::string_view name) {
    size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool ours =
        error == std::errc() && std::string_view(end, name.data() + name.size()) == kTokenZone;
    return ours && index < terms_.size() ? &terms_[index] : nullptr;
  }

  // The rewritten record behind a token; null when there is none, or the evaluation has stopped.
  const std::string* TextOf(std::string_view token) {
    if (token == kRootToken) {
      if (!root_) root_ = Open(query_.domain, true);
      return root_ ? &*root_ : nullptr;
    }
    Term* term = TermOf(token);
    if (term == nullptr) return nullptr;
    if (!term->text) {
      const size_t index = static_cast<size_t>(term - terms_.data());
      auto text = FollowReference(*term);
      terms_[index].text = std::move(text);  // Open() grew terms_
      term = &terms_[index];
    }
    return term->text ? &*term->text : nullptr;
  }

  std::optional<std::string> FollowReference(const Term& term) {
    const bool redirect = term.directive == nullptr;
    const Instance& instance = *instances_[term.instance];
    const std::string spec = redirect ? *instance.record.redirect : term.directive->domain_spec;
    if (!terms_of_message_.CountTerm()) return std::nullopt;
    const auto domain = terms_of_message_.Expand(spec, instance.domain);
    if (!domain) return std::nullopt;
    return Open(*domain, false);
  }

  // Fetches, selects (RFC 7208 section 4.5), parses and rewrites the record of `domain`.
  std::optional<std::string> Open(const std::string& domain, bool root) {
    const auto published = FetchRecord(domain, root);
    if (!published) return std::nullopt;
    if (published->size() > kMaxRecord) {
      return Refuse("SPF record of " + domain + " is over " + std::to_string(kMaxRecord) +
                    " octets");
    }
    SpfParse parse = ParseSpfRecord(*published);
    if (!parse.record)
      return Refuse("SPF record of " + domain + ": syntax error in \"" + parse.error + "\"");
    instances_.push_back(std::make_unique<Instance>(Instance{std::move(*parse.record), domain}));
    return Rewrite(instances_.size() - 1);
  }

  std::optional<std::string> FetchRecord(const std::string& domain, bool root) {
    const DnsAnswerPtr answer = terms_of_message_.Ask({domain, RrType::kTxt});
    if (!answer) return std::nullopt;
    std::optional<std::string> found;
    for (const std::string& text : answer->texts) {
      if (!IsSpfRecord(text)) continue;
      if (found) return Refuse(domain + " has several SPF records");
      found = text;
    }
    if (found) return found;
    if (!root) return Refuse(domain + " has no SPF record to include or redirect to");
    terms_of_message_.Force(State::kNone, domain + " has no SPF record");
    return std::nullopt;
  }

  std::nullopt_t Refuse(const std::string& reason) {
    terms_of_message_.Force(State::kPermerror, reason);
    return std::nullopt;
  }

  std::string Rewrite(size_t index) {
    const SpfRecord& record = instances_[index]->record;
    std::string out = "v=spf1";
    for (const SpfDirective& directive : record.directives) {
      if (CannotExpand(directive.domain_spec)) continue;
      const std::string qualifier = std::string(" ") + QualifierChar(directive.qualifier);
      if (directive.network) {
        if (!directive.network->Contains(query_.client)) continue;
        return out + qualifier + "all";
      }
      if (directive.mechanism == SpfMechanism::kAll) return out + qualifier + "all";
      const bool include = directive.mechanism == SpfMechanism::kInclude;
      out += qualifier + (include ? "include:" : "exists:") + NewToken({index, &directive, {}});
    }
    if (record.redirect && !CannotExpand(*record.redirect))
      out += " redirect=" + NewToken({index, nullptr, {}});
    return out;
  }

  // RFC 8616 section 4: a local part in UTF-8 has no form that the DNS could be asked for, and a
  // term with it matches nothing.
  bool CannotExpand(const std::string& spec) const {
    return !IsAscii(query_.local) && UsesLocalPart(spec);
  }

  std::string NewToken(Term term) {
    terms_.push_back(std::move(term));
    return std::to_string(terms_.size() - 1) + std::string(kTokenZone);
  }

  const SpfQuery& query_;
  SpfTerms terms_of_message_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<Term> terms_;
  std::optional<std::string> root_;
};

}  // namespace

SpfOutcome EvaluateSpf(const SpfQuery& query, SpfAnswers& answers) {
  if (!IsQualifiedDomain(query.domain)) {
    return {.state = State::kNone, .reason = "no domain to check"};
  }
  return Evaluation(query, answers).Run();
}

}  // namespace spillway
