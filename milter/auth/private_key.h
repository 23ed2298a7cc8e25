// SPDX-License-Identifier: BSD-2-Clause
// A private key for DKIM and ARC signatures, on OpenSSL: parsed once, used by all threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace spillway {

class PrivateKey {
 public:
  enum class Kind : uint8_t { kRsa, kEd25519 };

  // PEM, PKCS#1 or PKCS#8. nullopt, and the reason in `error`, for anything but RSA of 1,024 bits
  // or more, and Ed25519.
  static std::optional<PrivateKey> Parse(const std::string& pem, std::string& error);
  // Reads `path`, a regular file that root or this process's user owns, that others cannot read
  // and only the owner can write. `error` says which command mends it.
  static std::optional<PrivateKey> Load(const std::string& path, std::string& error);
  // Throws std::runtime_error when OpenSSL cannot. `bits` is for RSA.
  static PrivateKey Generate(Kind kind, int bits);

  // Thread-safe. RFC 6376 section 3.3 and RFC 8463 section 3; empty when OpenSSL cannot.
  std::string Sign(std::string_view text) const;
  Kind kind() const { return kind_; }
  // "rsa-sha256" or "ed25519-sha256".
  std::string_view algorithm() const;
  int bits() const;
  // What belongs at SELECTOR._domainkey.DOMAIN: "v=DKIM1; k=rsa; p=...".
  std::string Record() const;
  // The value of its p= tag.
  const std::string& public_key() const { return public_key_; }
  // PKCS#8.
  std::string Pem() const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  static std::optional<PrivateKey> Adopt(evp_pkey_st* key, std::string& error);

  std::shared_ptr<evp_pkey_st> key_;
  Kind kind_ = Kind::kRsa;
  std::string public_key_;
};

std::string EncodeBase64(std::string_view octets);

}  // namespace spillway
