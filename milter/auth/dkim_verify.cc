// SPDX-License-Identifier: BSD-2-Clause
// What is libopendkim's part: it reads the fields and says which of them are signatures that may be
// verified, with DELAYSIGPROC, so that it asks for no key itself. What a signature covers is put
// together, hashed and verified here, on what ARC uses, too: the library reads a key anew for each
// message, which takes longer than all the rest, and its body canonicaliser takes eight times what
// SHA-256 takes. In tests the library verifies beside this, and both must agree.
#include "milter/auth/dkim_verify.h"

#include <algorithm>
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

// The raw value of one tag of a DKIM-Signature field, without folding white space.
std::string_view TagValue(std::string_view field, std::string_view wanted) {
  while (!field.empty()) {
    const size_t end = std::min(field.find(';'), field.size());
    const std::string_view tag = field.substr(0, end);
    const size_t equals = tag.find('=');
    if (equals != std::string_view::npos && Trim(tag.substr(0, equals)) == wanted) {
      return Trim(tag.substr(equals + 1));
    }
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return {};
}

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
  std::string digest;              // SHA-256 of the header that it covers
  std::string signature;           // b=
  std::string body_digest;         // bh=
  std::optional<uint64_t> length;  // l=
  bool wants_body = false;
  size_t hash = 0;        // which of the body's hashes
  bool verified = false;  // under its key; the body is still open
};

}  // namespace

struct DkimVerifierState {
  std::unique_ptr<DKIM, FreeDkim> dkim;
  DKIM_SIGINFO** list = nullptr;           // the library's
  std::vector<const HeaderField*> own;     // the fields that were offered to it, in Headers() only
  std::vector<DkimSignature> refused;      // those that were not
  std::vector<Claim> claims;               // by signature
  std::vector<BodyHashes::Digest> bodies;  // by signature, when the body has ended
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

// False for a signature that the library is not to see.
bool DkimVerifier::Offer(const HeaderField& field) {
  if (!EqualsNoCase(Trim(field.name), "DKIM-Signature")) return true;
  const std::string_view names = TagValue(field.value, "h");
  const auto count = static_cast<size_t>(std::count(names.begin(), names.end(), ':')) + 1;
  if (count > limits_.max_signed_headers) {
    state_->refused.push_back({.state = State::kPermerror,
                               .reason = "h= names " + std::to_string(count) + " fields",
                               .domain = std::string(TagValue(field.value, "d"))});
    return false;
  }
  if (state_->own.size() >= limits_.max_signatures) return false;
  state_->own.push_back(&field);
  return true;
}

void DkimVerifier::Headers(const std::vector<HeaderField>& headers, BodyHashes& hashes) {
  for (const HeaderField& field : headers) {
    if (!Offer(field)) continue;
    const std::string text = CanonicalLineBreaks(field);
    dkim_header(state_->dkim.get(), AsOctets(text.c_str()), text.size());
  }
  dkim_eoh(state_->dkim.get());  // what it says of single signatures is in their error codes
  int count = 0;
  if (dkim_getsiglist(state_->dkim.get(), &state_->list, &count) != DKIM_STAT_OK) count = 0;
  // One for each field, in their order.
  signatures_.resize(std::min(static_cast<size_t>(count), state_->own.size()));
  state_->claims.resize(signatures_.size());
  for (size_t i = 0; i < signatures_.size(); ++i) {
    Describe(i);
    if (signatures_[i].state == State::kLate) Prepare(i, headers, hashes);
  }
  state_->own.clear();
  std::move(state_->refused.begin(), state_->refused.end(), std::back_inserter(signatures_));
}

void DkimVerifier::Describe(size_t index) {
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  signature.domain = AsString(dkim_sig_getdomain(info));
  signature.selector = AsString(dkim_sig_getselector(info));
  signature.algorithm = WithoutWhiteSpace(TagOf(info, "a"));
  signature.identity = WithoutWhiteSpace(TagOf(info, "i"));
  signature.b_prefix = WithoutWhiteSpace(TagOf(info, "b")).substr(0, 8);
  if (dkim_sig_geterror(info) != DKIM_SIGERROR_UNKNOWN &&
      dkim_sig_geterror(info) != DKIM_SIGERROR_OK) {
    JudgeError(index);
  } else if (ToLower(signature.algorithm) == "rsa-sha1") {
    Settle(index, State::kPermerror, "rsa-sha1 is not used any more (RFC 8301)");
  }
}

// While the header is at hand: what the signature covers of it.
void DkimVerifier::Prepare(size_t index, const std::vector<HeaderField>& headers,
                           BodyHashes& hashes) {
  const HeaderField& own = *state_->own[index];
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  Claim& claim = state_->claims[index];
  const auto value = DecodeUnpaddedBase64(TagOf(info, "b"));
  const auto body = DecodeUnpaddedBase64(TagOf(info, "bh"));
  if (DecodeUnpaddedBase64(TagValue(own.value, "b")) != value)
    return Settle(index, State::kPermerror, "b= can be read in two ways");
  if (!value || !body) return Settle(index, State::kPermerror, "b= or bh= is not base64");
  claim.signature = *value;
  claim.body_digest = *body;
  dkim_canon_t header_form{};
  dkim_canon_t body_form{};
  dkim_sig_getcanons(info, &header_form, &body_form);
  const bool relaxed = header_form == DKIM_CANON_RELAXED;
  claim.digest = Sha256(SignedFields(headers, TagOf(info, "h"), relaxed) + OwnField(own, relaxed));
  if (dkim_sig_gettagvalue(info, false, AsOctets("l")) != nullptr)
    claim.length = std::strtoull(TagOf(info, "l").c_str(), nullptr, 10);
  claim.wants_body = true;
  claim.hash =
      hashes.Want(body_form == DKIM_CANON_RELAXED, claim.length.value_or(BodyHash::kWhole));
  signature.key_name = DkimKeyName(signature.selector, signature.domain);
}

void DkimVerifier::SetKey(size_t index, const DkimKey& key) {
  const DkimSignature& signature = signatures_[index];
  if (index >= state_->claims.size() || signature.state != State::kLate) return;
  if (key.status != DkimKey::Status::kFound) {
    const bool temporary = key.status == DkimKey::Status::kUnavailable;
    return Settle(index, temporary ? State::kTemperror : State::kPermerror, key.reason);
  }
  CheckKey(index, *keys_.Get(key.record, ToLower(signature.algorithm)));
  if (signature.state == State::kLate && !state_->bodies.empty()) JudgeBody(index);
}

// RFC 6376 section 6.1.2, and the signature's own digest.
void DkimVerifier::CheckKey(size_t index, const SignatureKey& key) {
  const DkimSignature& signature = signatures_[index];
  Claim& claim = state_->claims[index];
  const auto least = static_cast<int>(limits_.min_key_bits);
  if (!key.problem().empty()) return Settle(index, State::kPermerror, key.problem());
  if (!key.HasBits(least, static_cast<int>(limits_.max_key_bits))) {
    return Settle(index, State::kPolicy,
                  "a key of " + std::to_string(key.bits()) + " bits is " +
                      (key.bits() < least ? "too short" : "too long"));
  }
  const std::string_view identity = signature.identity;
  if (key.strict() && !identity.empty() &&
      !EqualsNoCase(identity.substr(identity.rfind('@') + 1), signature.domain))
    return Settle(index, State::kPermerror, "the key is not for subdomains (t=s)");
  claim.verified = key.Verify(claim.digest, claim.signature);
  if (!claim.verified) Settle(index, State::kFail, "signature did not verify");
}

void DkimVerifier::EndOfBody(const BodyHashes& hashes) {
  for (const Claim& claim : state_->claims)
    state_->bodies.push_back(claim.wants_body ? hashes.Get(claim.hash) : BodyHashes::Digest{});
  for (size_t i = 0; i < state_->claims.size(); ++i) {
    if (state_->claims[i].verified) JudgeBody(i);
  }
}

// RFC 6376 section 8.2: text added behind a signed length is not covered, so this is no pass.
void DkimVerifier::JudgeBody(size_t index) {
  const Claim& claim = state_->claims[index];
  const uint64_t whole = state_->bodies[index].size;
  const uint64_t covered = claim.length.value_or(whole);
  if (claim.body_digest != state_->bodies[index].sha256) {
    Settle(index, State::kFail, "body hash did not verify");
  } else if (covered > whole) {
    Settle(index, State::kPermerror, "l= is more than the body has");
  } else if (covered < whole) {
    Settle(index, State::kPolicy,
           "l= covers " + std::to_string(covered) + " of " + std::to_string(whole) +
               " octets of the body");
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
