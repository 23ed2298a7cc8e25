// SPDX-License-Identifier: BSD-2-Clause
#include "t/rig/dkim_signer.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

using _Bool = bool;  // NOLINT(bugprone-reserved-identifier): dkim.h speaks C99

extern "C" {
#include <opendkim/dkim.h>
}

namespace spillway {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Memory = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Library = std::unique_ptr<DKIM_LIB, decltype(&dkim_close)>;
using Signing = std::unique_ptr<DKIM, decltype(&dkim_free)>;

unsigned char* Octets(const std::string& text) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.c_str()));
}

std::string Base64(const std::vector<unsigned char>& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

std::vector<unsigned char> PublicBytes(EVP_PKEY* key, DkimSigner::Kind kind) {
  if (kind == DkimSigner::Kind::kEd25519) {
    std::vector<unsigned char> raw(32);
    size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key, raw.data(), &size);
    return raw;
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  std::vector<unsigned char> out(der, der + size);
  OPENSSL_free(der);
  return out;
}

std::string PrivatePem(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<size_t>(size)};
}

void Check(DKIM_STAT status, const char* what) {
  if (status != DKIM_STAT_OK)
    throw std::runtime_error(std::string("signing: ") + what + ": " + dkim_getresultstr(status));
}

}  // namespace

DkimSigner::DkimSigner(Kind kind, unsigned bits) : kind_(kind) {
  const Key key(
      kind == Kind::kRsa ? EVP_RSA_gen(bits) : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
      &EVP_PKEY_free);
  private_key_ = PrivatePem(key.get());
  record_ = std::string("v=DKIM1; k=") + (kind == Kind::kRsa ? "rsa" : "ed25519") +
            "; p=" + Base64(PublicBytes(key.get(), kind));
}

HeaderField DkimSigner::Sign(const std::vector<HeaderField>& fields, const std::string& body,
                             const Options& options) const {
  const Library library(dkim_init(nullptr, nullptr), &dkim_close);
  const dkim_canon_t header = options.relaxed ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE;
  const dkim_canon_t body_form = options.relaxed_body ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE;
  const dkim_alg_t algorithm = kind_ == Kind::kRsa ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256;
  const std::string id = "rig";
  DKIM_STAT status = DKIM_STAT_OK;
  const Signing signing(
      dkim_sign(library.get(), Octets(id), nullptr, Octets(private_key_), Octets(options.selector),
                Octets(options.domain), header, body_form, algorithm, options.length, &status),
      &dkim_free);
  Check(status, "dkim_sign");
  for (const HeaderField& field : fields) {
    const std::string text = CanonicalLineBreaks(field);
    Check(dkim_header(signing.get(), Octets(text), text.size()), "header");
  }
  Check(dkim_eoh(signing.get()), "end of headers");
  if (!body.empty()) Check(dkim_body(signing.get(), Octets(body), body.size()), "body");
  Check(dkim_eom(signing.get(), nullptr), "end of message");
  unsigned char* value = nullptr;
  size_t size = 0;
  const size_t indent = std::string_view("DKIM-Signature: ").size();  // the folds depend on it
  Check(dkim_getsighdr_d(signing.get(), indent, &value, &size), "field");
  std::string text(reinterpret_cast<const char*>(value), size);
  std::erase(text, '\r');
  return {"DKIM-Signature", " " + text};
}

}  // namespace spillway
