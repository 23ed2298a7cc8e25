// SPDX-License-Identifier: BSD-2-Clause
// Adding a set to the Authenticated Received Chain (RFC 8617 section 5.1). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "milter/auth/arc_chain.h"
#include "milter/auth/dkim_sign.h"

namespace spillway {

struct ArcSeal {
  DkimIdentity signer;
  std::string results;  // the value of our own Authentication-Results field
  std::string names;    // h= of the message signature
  int64_t now = 0;      // seconds since 1970
};

// The three fields to add, from the top down: ARC-Seal, ARC-Message-Signature,
// ARC-Authentication-Results. `chain` is as it was read, and `holds` says what verifying it came
// to, for cv=. `body_hash` is of the relaxed form. Nothing where none may be added: the last seal
// says already that the chain failed, or the chain has 50 sets, or its form is broken.
std::vector<HeaderField> SealArc(const std::vector<HeaderField>& headers,
                                 const std::string& body_hash, const ArcChain& chain, bool holds,
                                 const ArcSeal& seal);

// FieldsToSign() and the DKIM signatures, which the chain shall vouch for.
std::string FieldsToSeal(const std::vector<HeaderField>& headers);

}  // namespace spillway
