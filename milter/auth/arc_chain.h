// SPDX-License-Identifier: BSD-2-Clause
// The Authenticated Received Chain of a message (RFC 8617): its sets, and whether they hold. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/auth/key_cache.h"
#include "milter/auth/tag_list.h"
#include "milter/base/result.h"
#include "milter/mail/header.h"

namespace spillway {

constexpr int kMaxArcSets = 50;  // section 4.2.1

// What one intermediary added.
struct ArcSet {
  HeaderField results, signature, seal;  // ARC-Authentication-Results, -Message-Signature, -Seal
  TagList signature_tags, seal_tags;
};

struct ArcChain {
  State state = State::kNone;  // none; fail, with a reason; or pass, as far as the form goes
  std::string reason;
  std::vector<ArcSet> sets;  // by instance, from 1
  // Of the last signature.
  bool relaxed_body = false;
  // The domains of the seals, from the first.
  std::vector<std::string> sealers() const;
  // Did the first intermediary see DMARC pass for `author`, a domain as AsciiDomain() has it? By
  // the grammar of RFC 8601: the first dmarc result is "pass", and its header.from is the author.
  // Worth what the seal of the intermediary is worth.
  bool vouches_for(std::string_view author) const;
  // The last signature is over the From field. RFC 6376 section 5.4 wants that; the published suite
  // has one over nothing pass.
  bool covers_author() const;
};

// Reads the fields, in any order, and checks all that needs neither keys nor the body.
ArcChain ReadArcChain(const std::vector<HeaderField>& headers);
// The names of the keys needed, "selector._domainkey.domain", each once.
std::vector<std::string> ArcKeyNames(const ArcChain& chain);

// The keys at a name for an algorithm; empty: there is none.
using ArcKeyFind = std::function<std::vector<SignatureKeyPtr>(const std::string& name,
                                                              const std::string& algorithm)>;

struct ArcLimits {
  int min_key_bits = 1024;
  int max_key_bits = 4096;
};

// Section 5.2: the last message signature with the body's hash (32 octets), then every seal. Sets
// chain.state and chain.reason of a chain that read as pass.
void VerifyArcChain(const std::vector<HeaderField>& headers, const std::string& body_hash,
                    const ArcKeyFind& find, const ArcLimits& limits, ArcChain& chain);

}  // namespace spillway
