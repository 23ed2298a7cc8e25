// SPDX-License-Identifier: BSD-2-Clause
// Public keys of DKIM key records (RFC 6376 section 3.6.1, RFC 8463) and signatures under them, on
// OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace spillway {

// Strict but for white space, which is left out; nullopt for nothing at all.
std::optional<std::string> DecodeBase64(std::string_view text);
// The same, where the "=" at the end do not count: they are missing in many published keys.
std::optional<std::string> DecodeUnpaddedBase64(std::string_view text);

// Immutable, and thread-safe.
class SignatureKey {
 public:
  // `record` is the TXT record, `algorithm` "rsa-sha256" or "ed25519-sha256".
  SignatureKey(std::string_view record, std::string_view algorithm);

  // Why it cannot be used: the record is none, its key is revoked or of another kind; empty: it
  // can.
  const std::string& problem() const { return problem_; }
  // Of an RSA key whether it has no less and no more bits.
  bool HasBits(int min, int max) const;
  int bits() const { return bits_; }
  // t=s: i= may name no subdomain of d=.
  bool strict() const { return strict_; }
  // `digest` is the SHA-256 of what was signed. False, too, for a key with a problem.
  bool Verify(std::string_view digest, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  void Read(std::string_view der);

  std::string problem_;
  std::unique_ptr<evp_pkey_st, Free> key_;
  int bits_ = 0;
  bool ed25519_;
  bool strict_ = false;
};

}  // namespace spillway
