// SPDX-License-Identifier: BSD-2-Clause
// How libopendkim is driven: it reads the fields and checks the signatures of the header.
// DELAYSIGPROC keeps it from fetching keys in dkim_eoh(); dkim_sig_process() checks as soon as a
// key is there, and one that is not there yet answers TRYAGAIN, which leaves the signature open.
// The body never goes there: its canonicaliser takes eight times what SHA-256 takes, so bodies are
// hashed here, once for all signatures of the same form.
#include "milter/auth/dkim_verify.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

using _Bool = bool;  // NOLINT(bugprone-reserved-identifier): dkim.h speaks C99

extern "C" {
#include <opendkim/dkim.h>
}

#include "milter/auth/canonical.h"
#include "milter/auth/signature_key.h"

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

std::string WithoutSpace(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return text;
}

}  // namespace

struct DkimLibrary::Handle {
  DKIM_LIB* lib = nullptr;
};

struct DkimVerifierState {
  std::unique_ptr<DKIM, FreeDkim> dkim;
  DKIM_SIGINFO** list = nullptr;                 // the library's
  std::vector<std::optional<std::string>> keys;  // by signature; empty until the key has come
  size_t accepted = 0;                           // DKIM-Signature fields handed to the library
  std::vector<DkimSignature> refused;            // those that were not
  std::vector<BodyHash> hashes;
  std::vector<size_t> hash_of;       // by signature: which of the hashes
  std::vector<std::string> digests;  // by hash, when the body has ended
  bool body_done = false;
};

namespace {

// Called by the library inside dkim_sig_process(), with the verifier's state as the user context.
DKIM_CBSTAT LookUpKey(DKIM* dkim, DKIM_SIGINFO* signature, unsigned char* buffer, size_t size) {
  const auto* state = static_cast<const DkimVerifierState*>(dkim_get_user_context(dkim));
  if (state == nullptr || state->list == nullptr) return DKIM_CBSTAT_TRYAGAIN;
  const size_t count = state->keys.size();
  const auto index =
      static_cast<size_t>(std::find(state->list, state->list + count, signature) - state->list);
  if (index >= count || !state->keys[index]) return DKIM_CBSTAT_TRYAGAIN;
  const std::string& key = *state->keys[index];
  if (key.size() >= size) return DKIM_CBSTAT_ERROR;
  std::memcpy(buffer, key.c_str(), key.size() + 1);
  return DKIM_CBSTAT_CONTINUE;
}

}  // namespace

DkimLibrary::DkimLibrary(const DkimLimits& limits)
    : limits_(limits), handle_(std::make_unique<Handle>()) {
  handle_->lib = dkim_init(nullptr, nullptr);
  if (handle_->lib == nullptr) throw std::runtime_error("libopendkim: dkim_init failed");
  if (!dkim_libfeature(handle_->lib, DKIM_FEATURE_SHA256) ||
      !dkim_libfeature(handle_->lib, DKIM_FEATURE_ED25519)) {
    dkim_close(handle_->lib);
    throw std::runtime_error("libopendkim was built without SHA-256 or Ed25519");
  }
  unsigned flags = DKIM_LIBFLAGS_DELAYSIGPROC | DKIM_LIBFLAGS_BADSIGHANDLES | DKIM_LIBFLAGS_FIXCRLF;
  dkim_options(handle_->lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof(flags));
  unsigned bits = limits_.min_key_bits;
  dkim_options(handle_->lib, DKIM_OP_SETOPT, DKIM_OPTS_MINKEYBITS, &bits, sizeof(bits));
  dkim_set_key_lookup(handle_->lib, &LookUpKey);
}

DkimLibrary::~DkimLibrary() {
  dkim_close(handle_->lib);
}

DkimVerifier::DkimVerifier(const DkimLibrary& library, const std::string& id)
    : limits_(library.limits()), state_(std::make_unique<DkimVerifierState>()) {
  DKIM_STAT status = DKIM_STAT_OK;
  state_->dkim.reset(dkim_verify(library.handle().lib, AsOctets(id.c_str()), nullptr, &status));
  if (!state_->dkim) throw std::bad_alloc();
  dkim_set_user_context(state_->dkim.get(), state_.get());
}

DkimVerifier::~DkimVerifier() = default;

void DkimVerifier::Header(const HeaderField& field) {
  if (EqualsNoCase(field.name, "DKIM-Signature")) {
    const std::string_view names = TagValue(field.value, "h");
    const auto count = static_cast<size_t>(std::count(names.begin(), names.end(), ':')) + 1;
    if (count > limits_.max_signed_headers) {
      state_->refused.push_back({.state = State::kPermerror,
                                 .reason = "h= names " + std::to_string(count) + " fields",
                                 .domain = std::string(TagValue(field.value, "d"))});
      return;
    }
    if (++state_->accepted > limits_.max_signatures) return;
  }
  const std::string text = CanonicalLineBreaks(field);
  dkim_header(state_->dkim.get(), AsOctets(text.c_str()), text.size());
}

void DkimVerifier::EndOfHeaders() {
  dkim_eoh(state_->dkim.get());  // what it says of single signatures is in their error codes
  int count = 0;
  if (dkim_getsiglist(state_->dkim.get(), &state_->list, &count) != DKIM_STAT_OK) count = 0;
  state_->keys.resize(static_cast<size_t>(count));
  state_->hash_of.resize(static_cast<size_t>(count));
  signatures_.resize(static_cast<size_t>(count));
  for (size_t i = 0; i < signatures_.size(); ++i) Describe(i);
  std::move(state_->refused.begin(), state_->refused.end(), std::back_inserter(signatures_));
}

void DkimVerifier::Describe(size_t index) {
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  signature.domain = AsString(dkim_sig_getdomain(info));
  signature.selector = AsString(dkim_sig_getselector(info));
  signature.algorithm = WithoutSpace(TagOf(info, "a"));
  signature.identity = WithoutSpace(TagOf(info, "i"));
  signature.b_prefix = WithoutSpace(TagOf(info, "b")).substr(0, 8);
  if (dkim_sig_geterror(info) != DKIM_SIGERROR_UNKNOWN &&
      dkim_sig_geterror(info) != DKIM_SIGERROR_OK) {
    JudgeError(index);
  } else if (ToLower(signature.algorithm) == "rsa-sha1") {
    signature.state = State::kPermerror;
    signature.reason = "rsa-sha1 is not used any more (RFC 8301)";
  } else {
    signature.key_name = DkimKeyName(signature.selector, signature.domain);
  }
  if (signature.state == State::kLate)
    ChooseHash(index);
  else
    dkim_sig_ignore(info);
}

void DkimVerifier::SetKey(size_t index, const DkimKey& key) {
  DkimSignature& signature = signatures_[index];
  if (index >= state_->keys.size() || signature.state != State::kLate) return;
  if (key.status != DkimKey::Status::kFound) {
    signature.state =
        key.status == DkimKey::Status::kUnavailable ? State::kTemperror : State::kPermerror;
    signature.reason = key.reason;
    dkim_sig_ignore(state_->list[index]);
    return;
  }
  state_->keys[index] = key.record;
  dkim_sig_process(state_->dkim.get(), state_->list[index]);
  if (state_->body_done) Judge(index);
}

// Without l= the whole body.
void DkimVerifier::ChooseHash(size_t index) {
  DKIM_SIGINFO* info = state_->list[index];
  const std::string length = TagOf(info, "l");
  dkim_canon_t header{};
  dkim_canon_t body{};
  dkim_sig_getcanons(info, &header, &body);
  const bool relaxed = body == DKIM_CANON_RELAXED;
  const uint64_t limit =
      length.empty() ? BodyHash::kWhole : std::strtoull(length.c_str(), nullptr, 10);
  auto& hashes = state_->hashes;
  const auto found = std::find_if(hashes.begin(), hashes.end(),
                                  [&](const BodyHash& hash) { return hash.Is(relaxed, limit); });
  state_->hash_of[index] = static_cast<size_t>(found - hashes.begin());
  if (found == hashes.end()) hashes.emplace_back(relaxed, limit);
}

void DkimVerifier::Body(std::string_view chunk) {
  std::vector<bool> wanted(state_->hashes.size());
  for (size_t i = 0; i < state_->hash_of.size(); ++i) {
    if (signatures_[i].state == State::kLate) wanted[state_->hash_of[i]] = true;
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) state_->hashes[i].Update(chunk);
  }
}

void DkimVerifier::EndOfBody() {
  for (BodyHash& hash : state_->hashes) state_->digests.push_back(hash.Finish());
  state_->body_done = true;
  for (size_t i = 0; i < state_->keys.size(); ++i) {
    if (state_->keys[i] && signatures_[i].state == State::kLate) Judge(i);
  }
}

void DkimVerifier::Judge(size_t index) {
  DKIM_SIGINFO* info = state_->list[index];
  DkimSignature& signature = signatures_[index];
  const bool passed = (dkim_sig_getflags(info) & DKIM_SIGFLAG_PASSED) != 0;
  const int error = dkim_sig_geterror(info);
  unsigned bits = 0;
  dkim_sig_getkeysize(info, &bits);
  const bool rsa = ToLower(signature.algorithm).starts_with("rsa");
  if (rsa && (bits < limits_.min_key_bits || bits > limits_.max_key_bits) && bits > 0) {
    signature.state = State::kPolicy;
    signature.reason = "a key of " + std::to_string(bits) + " bits is " +
                       (bits < limits_.min_key_bits ? "too short" : "too long");
  } else if (passed && (error == DKIM_SIGERROR_OK || error == DKIM_SIGERROR_UNKNOWN)) {
    JudgeBody(index);
  } else {
    JudgeError(index);
  }
}

// RFC 6376 section 8.2: text added behind a signed length is not covered, so this is no pass.
void DkimVerifier::JudgeBody(size_t index) {
  DkimSignature& signature = signatures_[index];
  const size_t which = state_->hash_of[index];
  const std::string limit = TagOf(state_->list[index], "l");
  const uint64_t whole = state_->hashes[which].size();
  const uint64_t covered = limit.empty() ? whole : std::strtoull(limit.c_str(), nullptr, 10);
  if (DecodeBase64(TagOf(state_->list[index], "bh")) != state_->digests[which]) {
    signature.state = State::kFail;
    signature.reason = "body hash did not verify";
  } else if (covered > whole) {
    signature.state = State::kPermerror;
    signature.reason = "l= is more than the body has";
  } else if (covered < whole) {
    signature.state = State::kPolicy;
    signature.reason = "l= covers " + std::to_string(covered) + " of " + std::to_string(whole) +
                       " octets of the body";
  } else {
    signature.state = State::kPass;
  }
}

void DkimVerifier::JudgeError(size_t index) {
  DkimSignature& signature = signatures_[index];
  const int error = dkim_sig_geterror(state_->list[index]);
  const char* text = dkim_sig_geterrorstr(error);
  signature.reason = text != nullptr ? text : "signature could not be processed";
  switch (error) {
    case DKIM_SIGERROR_BADSIG:
      signature.state = State::kFail;
      signature.reason = "signature did not verify";
      break;
    case DKIM_SIGERROR_EXPIRED:
    case DKIM_SIGERROR_FUTURE:
    case DKIM_SIGERROR_KEYTOOSMALL:
      signature.state = State::kPolicy;
      break;
    case DKIM_SIGERROR_KEYFAIL:
      signature.state = State::kTemperror;
      break;
    default:
      signature.state = State::kPermerror;
  }
}

}  // namespace spillway
