// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/signature_key.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <initializer_list>

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

// Other services' keys, and keys for other hashes, are to be ignored.
std::string WhatIsWrong(const std::optional<TagList>& tags, std::string_view kind) {
  const auto get = [&](std::string_view name, std::string_view otherwise) {
    const auto it = tags->find(name);
    return ToLower(it == tags->end() ? otherwise : it->second);
  };
  if (!tags || !tags->contains("p")) return "the key record cannot be read";
  if (tags->contains("v") && tags->at("v") != "DKIM1")
    return "the key record is of another version";
  if (get("k", "rsa") != kind) return "the key is not of the signature's kind";
  if (!Lists(get("s", "*"), {"*", "email"})) return "the key is not for mail";
  if (!Lists(get("h", "sha256"), {"sha256"})) return "the key is not for SHA-256";
  return get("p", "").empty() ? "the key is revoked" : "";
}

// A SubjectPublicKeyInfo, which everybody publishes, or the RSAPublicKey that RFC 6376 names.
evp_pkey_st* ReadRsa(std::string_view der) {
  const unsigned char* at = Bytes(der);
  const auto size = static_cast<long>(der.size());
  if (evp_pkey_st* key = d2i_PUBKEY(nullptr, &at, size)) return key;
  at = Bytes(der);
  return d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size);
}

bool VerifyRsa(evp_pkey_st* key, std::string_view digest, std::string_view signature) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
  return EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context.get(), Bytes(signature), signature.size(), Bytes(digest),
                         digest.size()) == 1;
}

// RFC 8463 section 3: Ed25519 signs the digest as its message.
bool VerifyEd25519(evp_pkey_st* key, std::string_view digest, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(digest),
                          digest.size()) == 1;
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

std::optional<std::string> DecodeUnpaddedBase64(std::string_view text) {
  std::string packed = WithoutWhiteSpace(text);
  while (packed.ends_with('=')) packed.pop_back();
  if (packed.size() % 4 == 1) return std::nullopt;
  return DecodeBase64(packed.append((4 - packed.size() % 4) % 4, '='));
}

void SignatureKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

SignatureKey::SignatureKey(std::string_view record, std::string_view algorithm)
    : ed25519_(algorithm == "ed25519-sha256") {
  const auto tags = ParseTagList(record);
  problem_ = WhatIsWrong(tags, ed25519_ ? "ed25519" : "rsa");
  if (!problem_.empty()) return;
  strict_ = tags->contains("t") && Lists(tags->at("t"), {"s"});
  if (const auto der = DecodeUnpaddedBase64(tags->at("p"))) Read(*der);
  if (!key_) problem_ = "the key cannot be read";
}

void SignatureKey::Read(std::string_view der) {
  key_.reset(ed25519_
                 ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(der), der.size())
                 : ReadRsa(der));
  if (key_ && !ed25519_ && EVP_PKEY_base_id(key_.get()) != EVP_PKEY_RSA) key_.reset();
  if (key_) bits_ = EVP_PKEY_bits(key_.get());
}

bool SignatureKey::HasBits(int min, int max) const {
  return ed25519_ || (bits_ >= min && bits_ <= max);
}

bool SignatureKey::Verify(std::string_view digest, std::string_view signature) const {
  if (!key_) return false;
  return ed25519_ ? VerifyEd25519(key_.get(), digest, signature)
                  : VerifyRsa(key_.get(), digest, signature);
}

}  // namespace spillway
