// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/signature_key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <initializer_list>

#include "milter/auth/canonical.h"
#include "milter/auth/signed_fields.h"
#include "milter/auth/tag_list.h"

namespace spillway {

namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Does a list with colons hold one of these?
bool Lists(std::string_view list, std::initializer_list<std::string_view> wanted) {
  const auto names = NamesInList(list);
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  });
}

evp_pkey_st* ReadKey(const std::string& der, bool ed25519) {
  if (ed25519)
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(der), der.size());
  const unsigned char* at = Bytes(der);
  return d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()));
}

}  // namespace

std::optional<std::string> DecodeBase64(std::string_view text) {
  const std::string packed = WithoutWhiteSpace(text);
  if (packed.empty() || packed.size() % 4 != 0) return std::nullopt;
  std::string out(packed.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), Bytes(packed),
                                   static_cast<int>(packed.size()));
  if (size < 0) return std::nullopt;
  const size_t padding = packed.ends_with("==") ? 2 : packed.ends_with('=') ? 1 : 0;
  out.resize(static_cast<size_t>(size) - padding);
  return out;
}

void SignatureKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

std::optional<SignatureKey> SignatureKey::Parse(std::string_view record, std::string_view algorithm,
                                                int min_bits, int max_bits) {
  const auto tags = ParseTagList(record);
  if (!tags || !tags->contains("p")) return std::nullopt;
  const auto get = [&](std::string_view name, const char* otherwise) {
    const auto it = tags->find(name);
    return it == tags->end() ? std::string(otherwise) : it->second;
  };
  const bool ed25519 = algorithm == "ed25519-sha256";
  if (get("v", "DKIM1") != "DKIM1" || get("k", "rsa") != (ed25519 ? "ed25519" : "rsa"))
    return std::nullopt;
  // Other services' keys, and keys for other hashes, are to be ignored.
  if (!Lists(get("s", "*"), {"*", "email"}) || !Lists(get("h", "sha256"), {"sha256"}))
    return std::nullopt;
  const auto der = DecodeBase64(tags->at("p"));
  if (!der) return std::nullopt;
  SignatureKey out;
  out.key_ = std::shared_ptr<evp_pkey_st>(ReadKey(*der, ed25519), Free());
  out.ed25519_ = ed25519;
  if (!out.key_) return std::nullopt;
  const int bits = EVP_PKEY_bits(out.key_.get());
  const bool rsa = EVP_PKEY_base_id(out.key_.get()) == EVP_PKEY_RSA;
  if (!ed25519 && (!rsa || bits < min_bits || bits > max_bits)) return std::nullopt;
  return out;
}

bool SignatureKey::Verify(std::string_view text, std::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  // RFC 8463 section 3: Ed25519 signs the SHA-256 of the text.
  const std::string hashed = ed25519_ ? Sha256(text) : std::string();
  if (ed25519_) text = hashed;
  const EVP_MD* digest = ed25519_ ? nullptr : EVP_sha256();
  return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(text),
                          text.size()) == 1;
}

}  // namespace spillway
