// SPDX-License-Identifier: BSD-2-Clause
// Signs messages for tests, by libopendkim's own signer.
#pragma once

#include <string>
#include <vector>

#include "milter/mail/header.h"

namespace spillway {

class DkimSigner {
 public:
  enum class Kind { kRsa, kEd25519 };
  // Makes a fresh key. `bits` is for RSA.
  explicit DkimSigner(Kind kind, unsigned bits = 1024);

  struct Options {
    std::string domain = "example.org";
    std::string selector = "sel";
    bool relaxed = true;  // the header
    bool relaxed_body = true;
    long length = -1;  // l=, when not negative
  };
  // The DKIM-Signature field for these fields and this body (CRLF), folded with LF as an MTA has
  // it.
  HeaderField Sign(const std::vector<HeaderField>& fields, const std::string& body,
                   const Options& options) const;
  HeaderField Sign(const std::vector<HeaderField>& fields, const std::string& body) const {
    return Sign(fields, body, Options());
  }
  // What belongs at SELECTOR._domainkey.DOMAIN.
  const std::string& record() const { return record_; }

 private:
  const Kind kind_;
  std::string private_key_;
  std::string record_;
};

}  // namespace spillway
