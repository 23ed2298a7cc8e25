// SPDX-License-Identifier: BSD-2-Clause
// DKIM verification (RFC 6376, RFC 8301, RFC 8463) of one message, with the keys handed in from
// outside as they arrive. The only file of the daemons that sees libopendkim.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/auth/body_hashes.h"
#include "milter/auth/dkim_key.h"
#include "milter/auth/key_cache.h"
#include "milter/base/result.h"
#include "milter/mail/header.h"

namespace spillway {

struct DkimLimits {
  size_t max_signatures = 6;        // those beyond are not looked at
  size_t max_signed_headers = 100;  // names in one h=
  unsigned min_key_bits = 1024;     // RSA
  unsigned max_key_bits = 4096;
};

// The library handle; make one and share it. Thread-safe.
class DkimLibrary {
 public:
  // Throws std::runtime_error when the library cannot be initialised or lacks SHA-256 or Ed25519.
  explicit DkimLibrary(const DkimLimits& limits);
  ~DkimLibrary();
  DkimLibrary(const DkimLibrary&) = delete;
  DkimLibrary& operator=(const DkimLibrary&) = delete;

  struct Handle;
  Handle& handle() const { return *handle_; }
  const DkimLimits& limits() const { return limits_; }

 private:
  const DkimLimits limits_;
  std::unique_ptr<Handle> handle_;
};

struct DkimVerifierState;  // of the library's kind

struct DkimSignature {
  State state = State::kLate;
  std::string reason;
  std::string domain;     // d=, as DnsName() has it
  std::string selector;   // s=, the same
  std::string algorithm;  // a=
  std::string identity;   // i=, when given
  std::string b_prefix;   // the first 8 characters of b= (RFC 6008)
  std::string key_name;   // where the key is asked for; empty when none is needed
};

// Call order: Headers() SetKey()* EndOfBody() SetKey()*. Not thread-safe.
class DkimVerifier {
 public:
  // `library` and `keys` outlive it; `id` is for the library's messages.
  DkimVerifier(const DkimLibrary& library, KeyCache& keys, const std::string& id);
  ~DkimVerifier();
  DkimVerifier(const DkimVerifier&) = delete;
  DkimVerifier& operator=(const DkimVerifier&) = delete;

  // Nothing of `headers` is kept; `hashes` learns what of the body is wanted.
  void Headers(const std::vector<HeaderField>& headers, BodyHashes& hashes);
  // Checks the signature `index` against each of the keys; whether the body matches shows after
  // EndOfBody().
  void SetKey(size_t index, const DkimKey& key);
  void EndOfBody(const BodyHashes& hashes);

  // In the order of the header, those that were refused at once last; valid after Headers(). A
  // signature whose key has not come, or whose body has not ended, is late.
  const std::vector<DkimSignature>& signatures() const { return signatures_; }

 private:
  void Offer(const HeaderField& field);
  void Describe(size_t index);
  void Prepare(size_t index, const std::vector<HeaderField>& headers, BodyHashes& hashes);
  // Of a signature under one key; pass: verified.
  struct Attempt {
    State state = State::kPermerror;
    std::string reason;
  };
  Attempt TryKey(size_t index, const SignatureKey& key) const;
  void JudgeBody(size_t index);
  void JudgeError(size_t index);
  void Settle(size_t index, State state, std::string reason);

  const DkimLimits& limits_;
  KeyCache& keys_;
  std::unique_ptr<DkimVerifierState> state_;
  std::vector<DkimSignature> signatures_;
};

}  // namespace spillway
