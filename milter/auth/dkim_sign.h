// SPDX-License-Identifier: BSD-2-Clause
// DKIM signatures (RFC 6376 section 5, RFC 8463). Pure. Never with l=: what is appended to a
// message is not ours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "milter/auth/private_key.h"
#include "milter/mail/header.h"

namespace spillway {

struct DkimForm {
  bool relaxed_header = true;
  bool relaxed_body = true;
};

struct DkimIdentity {
  std::string domain;    // d=, in ASCII
  std::string selector;  // s=
  const PrivateKey& key;
};

// The field to add, its value without the space after the colon, folded with LF and tab. `headers`
// are signed as they are, `body_hash` are the 32 octets of the body in its canonical form, `now` is
// in seconds since 1970. An empty name: OpenSSL could not sign.
HeaderField SignDkim(const std::vector<HeaderField>& headers, const std::string& body_hash,
                     const DkimIdentity& signer, const DkimForm& form, int64_t now);

}  // namespace spillway
