// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/private_key.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "milter/auth/canonical.h"
#include "milter/base/fd.h"

namespace spillway {

namespace {

constexpr int kLeastBits = 1024;
constexpr size_t kMaxFile = 64 * 1024;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

unsigned char* Octets(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The octets that a p= tag encodes.
std::string PublicOctets(EVP_PKEY* key, PrivateKey::Kind kind) {
  std::string out;
  if (kind == PrivateKey::Kind::kEd25519) {
    size_t size = 32;
    out.resize(size);
    EVP_PKEY_get_raw_public_key(key, Octets(out), &size);
    return out;
  }
  out.resize(static_cast<size_t>(std::max(0, i2d_PUBKEY(key, nullptr))));
  unsigned char* at = Octets(out);
  i2d_PUBKEY(key, &at);
  return out;
}

// Empty: as it should be.
std::string WhatIsWrong(const struct stat& info, const std::string& path) {
  if (!S_ISREG(info.st_mode)) return "not a regular file";
  if (info.st_uid != 0 && info.st_uid != ::geteuid())
    return "belongs to user " + std::to_string(info.st_uid) + "; run: chown root " + path;
  if ((info.st_mode & S_IRWXO) != 0) return "open to everybody; run: chmod o= " + path;
  return (info.st_mode & S_IWGRP) != 0 ? "writable by its group; run: chmod g-w " + path : "";
}

std::string ReadAll(int fd) {
  std::string out;
  std::array<char, 4096> buffer;
  ssize_t got = 0;
  while (out.size() < kMaxFile && (got = ::read(fd, buffer.data(), buffer.size())) > 0)
    out.append(buffer.data(), static_cast<size_t>(got));
  return out;
}

// Keys are not asked for on the terminal.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return -1;
}

}  // namespace

std::string EncodeBase64(std::string_view octets) {
  std::string out((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(Octets(out), Octets(octets), static_cast<int>(octets.size()));
  out.resize(static_cast<size_t>(size));
  return out;
}

void PrivateKey::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

std::optional<PrivateKey> PrivateKey::Adopt(evp_pkey_st* key, std::string& error) {
  PrivateKey out;
  out.key_ = std::shared_ptr<evp_pkey_st>(key, Free());
  const int type = EVP_PKEY_base_id(key);
  if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519) {
    error = "neither an RSA nor an Ed25519 key";
    return std::nullopt;
  }
  out.kind_ = type == EVP_PKEY_RSA ? Kind::kRsa : Kind::kEd25519;
  if (out.kind_ == Kind::kRsa && out.bits() < kLeastBits) {
    error = "an RSA key of " + std::to_string(out.bits()) + " bits; RFC 8301 wants 1024 at least";
    return std::nullopt;
  }
  out.public_key_ = EncodeBase64(PublicOctets(key, out.kind_));
  return out;
}

std::optional<PrivateKey> PrivateKey::Parse(const std::string& pem, std::string& error) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr);
  if (key != nullptr) return Adopt(key, error);
  error = "not a private key in PEM form without a password";
  return std::nullopt;
}

std::optional<PrivateKey> PrivateKey::Load(const std::string& path, std::string& error) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0)
    error = std::string("cannot be read: ") + std::strerror(errno);
  else
    error = WhatIsWrong(info, path);
  std::optional<PrivateKey> key;
  if (error.empty()) key = Parse(ReadAll(fd.get()), error);
  if (!key) error = path + ": " + error;
  return key;
}

PrivateKey PrivateKey::Generate(Kind kind, int bits) {
  EVP_PKEY* key = kind == Kind::kRsa
                      ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(bits))
                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  std::string error = "OpenSSL cannot make a key";
  auto out = key == nullptr ? std::nullopt : Adopt(key, error);
  if (!out) throw std::runtime_error(error);
  return *out;
}

std::string PrivateKey::Sign(std::string_view text) const {
  const bool ed25519 = kind_ == Kind::kEd25519;
  const std::string hashed = ed25519 ? Sha256(text) : std::string();
  if (ed25519) text = hashed;
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  size_t size = static_cast<size_t>(EVP_PKEY_size(key_.get()));
  std::string out(size, '\0');
  const bool good =
      EVP_DigestSignInit(context.get(), nullptr, ed25519 ? nullptr : EVP_sha256(), nullptr,
                         key_.get()) == 1 &&
      EVP_DigestSign(context.get(), Octets(out), &size, Octets(text), text.size()) == 1;
  out.resize(good ? size : 0);
  return out;
}

std::string_view PrivateKey::algorithm() const {
  return kind_ == Kind::kRsa ? "rsa-sha256" : "ed25519-sha256";
}

int PrivateKey::bits() const {
  return EVP_PKEY_bits(key_.get());
}

std::string PrivateKey::Record() const {
  return std::string("v=DKIM1; k=") + (kind_ == Kind::kRsa ? "rsa" : "ed25519") +
         "; p=" + public_key_;
}

std::string PrivateKey::Pem() const {
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<size_t>(size)};
}

}  // namespace spillway
