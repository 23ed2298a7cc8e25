// SPDX-License-Identifier: BSD-2-Clause
// libopendkim only reads the fields and says which signatures may be verified. Then it is told to
// ignore them all before it selects the covered fields, because that step writes past the end of a
// block when h= names more fields than the header has. The covered data is assembled, hashed and
// verified here, with the code that ARC uses too: the library parses the key again for each
// message, which takes longer than everything else, and its body canonicaliser takes eight times as
// long as SHA-256. In tests the library also verifies, and both must agree.
#include "milter/auth/dkim_verify.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <stdexcept>

using _Bool = bool;  // NOLINT(bugprone-reserved-identifier): dkim.h speaks C99

extern "C" {
#include <opendkim/dkim.h>
}

#include "milter/auth/canonical.h"
#include "milter/auth/signed_fields.h"
#include "milter/auth/tag_list.h"
#include "milter/base/contains.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

using Octets = unsigned char;

// The library takes non-const pointers and does not write through them.
Octets* AsOctets(const char* text) {
  return const_cast<Octets*>(reinterpret_cast<const Octets*>(text));
}
std::string AsString(const Octets* text) {
  return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

struct FreeDkim {
  void operator()(DKIM* dkim) const { dkim_free(dkim); }
};

std::string TagOf(DKIM_SIGINFO* signature, const char* tag) {
  return AsString(dkim_sig_gettagvalue(signature, false, AsOctets(tag)));
}

}  // namespace

struct DkimLibrary::Handle {
  DKIM_LIB* lib = nullptr;
};

namespace {

// One signature as far as it is needed until it is judged.
struct Claim {
  const HeaderField* field = nullptr;  // in Headers() only
  std::string identity;                // i=, as written
  std::string digest;                  // SHA-256 of the header that it covers
  std::string signature;               // b=
  std::string body_digest;             // bh=
  std::optional<uint64_t> length;      // l=
  bool relaxed_body = false;
  bool verified = false;  // under its key; the body is still open
};

size_t SignedNames(const TagList& tags) {
  const auto list = tags.find("h");
  return list == tags.end() ? 0 : NamesInList(list->second).size();
}

// The domain of an identity (RFC 6376 section 3.5, i=).
std::string_view DomainOf(std::string_view identity) {
  return identity.substr(identity.rfind('@') + 1);
}

// What the library sees of a signature: the tags that it knows, because it takes seconds for
// thousands of them, and all in ASCII, because it refuses other octets, which RFC 8616 allows.
std::string ForLibrary(const TagList& tags) {
  std::string out;
  for (const char* name : {"v", "a", "b", "bh", "c", "d", "h", "i", "l", "q", "s", "t", "x"}) {
    const auto tag = tags.find(name);
    if (tag == tags.end()) continue;
    std::string value = tag->second;
    if (tag->first == "d" || tag->first == "s") value = DnsName(value);
    if (tag->first == "i") {
      const std::string_view domain = DomainOf(value);
      value = value.substr(0, value.size() - domain.size()) + DnsName(domain);
    }
    std::replace_if(
        value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; },
        '?');
    out += (out.empty() ? " " : "; ") + tag->first + "=" + value;
  }
  return out;
}

// Before the library looks at what the signatures cover.
DKIM_CBSTAT IgnoreAll(DKIM* /*dkim*/, DKIM_SIGINFO** list, int count) {
  std::for_each(list, list + count, dkim_sig_ignore);
  return DKIM_CBSTAT_CONTINUE;
}

// A key look-up must be registered, or the library refuses every q= method.
DKIM_CBSTAT NoKey(DKIM* /*dkim*/, DKIM_SIGINFO* /*list*/, unsigned char* /*to*/, size_t /*size*/) {
  return DKIM_CBSTAT_TRYAGAIN;
}

}  // namespace

struct DkimVerifierState {
  std::unique_ptr<DKIM, FreeDkim> dkim;
  DKIM_SIGINFO** list = nullptr;                            // the library's
  std::vector<DkimSignature> refused;                       // those that it did not see
  std::vector<Claim> claims;                                // by signature
  std::optional<std::array<BodyHashes::Digest, 2>> bodies;  // simple, relaxed; at the end
};

DkimLibrary::DkimLibrary(const DkimLimits& limits)
    : limits_(limits), handle_(std::make_unique<Handle>()) {
  handle_->lib = dkim_init(nullptr, nullptr);
  if (handle_->lib == nullptr) throw std::runtime_error("libopendkim: dkim_init failed");
  if (!dkim_libfeature(handle_->lib, DKIM_FEATURE_SHA256) ||
      !dkim_libfeature(handle_->lib, DKIM_FEATURE_ED25519)) {
    dkim_close(handle_->lib);
    throw std::runtime_error("libopendkim was built without SHA-256 or Ed25519");
  }
  unsigned flags = DKIM_LIBFLAGS_DELAYSIGPROC | DKIM_LIBFLAGS_BADSIGHANDLES;
  dkim_options(handle_->lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof(flags));
  dkim_set_prescreen(handle_->lib, &IgnoreAll);
  dkim_set_key_lookup(handle_->lib, &NoKey);
}

DkimLibrary::~DkimLibrary() {
  dkim_close(handle_->lib);
}

DkimVerifier::DkimVerifier(const DkimLibrary& library, KeyCache& keys, const std::string& id)
    : limits_(library.limits()), keys_(keys), state_(std::make_unique<DkimVerifierState>()) {
  DKIM_STAT status = DKIM_STAT_OK;
  state_->dkim.reset(dkim_verify(library.handle().lib, AsOctets(id.c_str()), nullptr, &status));
  if (!state_->dkim) throw std::bad_alloc();
}

DkimVerifier::~DkimVerifier() = default;

void DkimVerifier::Offer(const HeaderField& field) {
  const auto show = [this](const HeaderField& shown) {
    const std::string text = CanonicalLineBreaks(shown);
    dkim_header(state_->dkim.get(), AsOctets(text.c_str()), text.size());
  };
  const std::string_view name =
      std::string_view(field.name)
          .substr(0, field.name.find_last_not_of(' ') + 1);  // as the library reads it
  if (!EqualsNoCase(name, "DKIM-Signature")) return show(field);
  const auto tags = ParseTagList(field.value);
  const size_t count = tags ? SignedNames(*tags) : 0;
  if (!tags || count > limits_.max_signed_headers) {
    state_->refused.push_back(
        {.state = State::kPermerror,
         .reason = tags ? "h= names " + std::to_string(count) + " fields" : "no list of tags"});
    return;
  }
  if (state_->claims.size() >= limits_.max_signatures) return;
  state_->claims.push_back({.field = &field, .identity = WithoutWhiteSpace(TagValue(*tags, "i"))});
  show({field.name, ForLibrary(*tags)});
}

void DkimVerifier::Headers(const std::vector<HeaderField>& headers, BodyHashes& hashes) {
  for (const HeaderField& field : headers) Offer(field);
  dkim_eoh(state_->dkim.get());  // what it says of single signatures is in their error codes
  int count = 0;
  if (dkim_getsiglist(state_->dkim.get(), &state_->list, &count) != DKIM_STAT_OK) count = 0;
  signatures_.resize(state_->claims.size());
  const bool paired = static_cast<size_t>(count) == signatures_.size();
  for (size_t i = 0; i < signatures_.size(); ++i) {
    if (!paired) Settle(i, State::kPermerror, "the signatures cannot be told apart");
    if (paired) Describe(i);
    if (signatures_[i].state == State::kLate) Prepare(i, headers, hashes);
    state_->claims[i].field = nullptr;
  }
  std::move(state_->refused.begin(), state_->refused.end(), std::back_inserter(signatures_));
}

void DkimVerifier::Describe(size_t index) {
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  signature.domain = AsString(dkim_sig_getdomain(info));
  signature.selector = AsString(dkim_sig_getselector(info));
  signature.algorithm = WithoutWhiteSpace(TagOf(info, "a"));
  signature.identity = state_->claims[index].identity;
  signature.b_prefix = WithoutWhiteSpace(TagOf(info, "b")).substr(0, 8);
  const std::string query = TagOf(info, "q");
  const auto methods = NamesInList(query);
  if (dkim_sig_geterror(info) != DKIM_SIGERROR_UNKNOWN &&
      dkim_sig_geterror(info) != DKIM_SIGERROR_OK) {
    JudgeError(index);
  } else if (ToLower(signature.algorithm) == "rsa-sha1") {
    Settle(index, State::kPermerror, "rsa-sha1 is not used any more (RFC 8301)");
  } else if (!methods.empty() && !Contains(methods, "dns/txt") && !Contains(methods, "dns")) {
    Settle(index, State::kPermerror, "q= has no way to the key that is known");
  }
}

// While the header is at hand: what the signature covers of it.
void DkimVerifier::Prepare(size_t index, const std::vector<HeaderField>& headers,
                           BodyHashes& hashes) {
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  Claim& claim = state_->claims[index];
  const auto value = DecodeUnpaddedBase64(TagOf(info, "b"));
  const auto body = DecodeUnpaddedBase64(TagOf(info, "bh"));
  if (!value || !body) return Settle(index, State::kPermerror, "b= or bh= is not base64");
  claim.signature = *value;
  claim.body_digest = *body;
  dkim_canon_t header_form{};
  dkim_canon_t body_form{};
  dkim_sig_getcanons(info, &header_form, &body_form);
  const bool relaxed = header_form == DKIM_CANON_RELAXED;
  claim.digest =
      Sha256(SignedFields(headers, TagOf(info, "h"), relaxed) + OwnField(*claim.field, relaxed));
  if (dkim_sig_gettagvalue(info, false, AsOctets("l")) != nullptr)
    claim.length = std::strtoull(TagOf(info, "l").c_str(), nullptr, 10);
  claim.relaxed_body = body_form == DKIM_CANON_RELAXED;
  hashes.Want(claim.relaxed_body);
  signature.key_name = DkimKeyName(signature.selector, signature.domain);
}

void DkimVerifier::SetKey(size_t index, const DkimKey& key) {
  const DkimSignature& signature = signatures_[index];
  if (index >= state_->claims.size() || signature.state != State::kLate) return;
  if (key.status != DkimKey::Status::kFound) {
    const bool temporary = key.status == DkimKey::Status::kUnavailable;
    return Settle(index, temporary ? State::kTemperror : State::kPermerror, key.reason);
  }
  // A record that is no key for this signature says less than one under which it is bad.
  const std::string algorithm = ToLower(signature.algorithm);
  Attempt attempt;
  for (const std::string& record : key.records) {
    if (attempt.state == State::kPass) break;
    Attempt next = TryKey(index, *keys_.Get(record, algorithm));
    if (attempt.state == State::kPermerror || next.state == State::kPass) attempt = std::move(next);
  }
  state_->claims[index].verified = attempt.state == State::kPass;
  if (attempt.state != State::kPass) Settle(index, attempt.state, attempt.reason);
  if (signature.state == State::kLate && state_->bodies) JudgeBody(index);
}

// RFC 6376 section 6.1.2, and the signature's own digest.
DkimVerifier::Attempt DkimVerifier::TryKey(size_t index, const SignatureKey& key) const {
  const DkimSignature& signature = signatures_[index];
  const Claim& claim = state_->claims[index];
  const auto least = static_cast<int>(limits_.min_key_bits);
  if (!key.problem().empty()) return {State::kPermerror, key.problem()};
  if (!key.HasBits(least, static_cast<int>(limits_.max_key_bits))) {
    return {State::kPolicy, "a key of " + std::to_string(key.bits()) + " bits is " +
                                (key.bits() < least ? "too short" : "too long")};
  }
  const std::string_view identity = signature.identity;
  if (key.strict() && !identity.empty() &&
      !EqualsNoCase(DnsName(DomainOf(identity)), signature.domain))
    return {State::kPermerror, "the key is not for subdomains (t=s)"};
  if (!key.Verify(claim.digest, claim.signature)) return {State::kFail, "signature did not verify"};
  return {State::kPass, {}};
}

void DkimVerifier::EndOfBody(const BodyHashes& hashes) {
  state_->bodies = {hashes.Get(false), hashes.Get(true)};
  for (size_t i = 0; i < state_->claims.size(); ++i) {
    if (state_->claims[i].verified) JudgeBody(i);
  }
}

// RFC 6376 section 8.2: text added behind a signed length is not covered, so this is no pass,
// whatever the hash of the part would be.
void DkimVerifier::JudgeBody(size_t index) {
  const Claim& claim = state_->claims[index];
  const BodyHashes::Digest& body = state_->bodies->at(claim.relaxed_body ? 1 : 0);
  const uint64_t covered = claim.length.value_or(body.size);
  if (covered > body.size) {
    Settle(index, State::kPermerror, "l= is more than the body has");
  } else if (covered < body.size) {
    Settle(index, State::kPolicy,
           "l= covers " + std::to_string(covered) + " of " + std::to_string(body.size) +
               " octets of the body");
  } else if (claim.body_digest != body.sha256) {
    Settle(index, State::kFail, "body hash did not verify");
  } else {
    Settle(index, State::kPass, {});
  }
}

void DkimVerifier::JudgeError(size_t index) {
  const int error = dkim_sig_geterror(state_->list[index]);
  const char* text = dkim_sig_geterrorstr(error);
  const bool dated = error == DKIM_SIGERROR_EXPIRED || error == DKIM_SIGERROR_FUTURE;
  Settle(index, dated ? State::kPolicy : State::kPermerror,
         text != nullptr ? text : "signature could not be processed");
}

void DkimVerifier::Settle(size_t index, State state, std::string reason) {
  signatures_[index].state = state;
  signatures_[index].reason = std::move(reason);
}

}  // namespace spillway
