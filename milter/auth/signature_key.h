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

class SignatureKey {
 public:
  // `record` is the TXT record, `algorithm` "rsa-sha256" or "ed25519-sha256". nullopt when the
  // record is none, its key is revoked, of another kind, or (RSA) outside the range of bits.
  static std::optional<SignatureKey> Parse(std::string_view record, std::string_view algorithm,
                                           int min_bits, int max_bits);
  bool Verify(std::string_view text, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  std::shared_ptr<evp_pkey_st> key_;
  bool ed25519_ = false;
};

}  // namespace spillway
