// SPDX-License-Identifier: BSD-2-Clause
// Tags stand in alphabetical order, with one space between them and none inside, b= neither: the
// published suite compares signatures octet for octet.
#include "milter/auth/arc_seal.h"

#include "milter/auth/canonical.h"
#include "milter/auth/signed_fields.h"

namespace spillway {

namespace {

constexpr size_t kLongLine = 900;  // a line may have 998; shorter lists stay in one piece

using Tags = std::vector<std::pair<std::string_view, std::string>>;

// Folded before the long ones. python3-dkim looks for " i=" with a space.
std::string Join(const Tags& tags) {
  std::string out;
  for (const auto& [name, value] : tags) {
    const bool fold = name.starts_with('b') || name == "c" || name == "h";
    out += (out.empty() ? "" : fold ? ";\n\t" : "; ") + std::string(name) + "=" + value;
  }
  return out;
}

// The field with its signature over `before` and itself; `tags` with an empty b=. An empty name:
// OpenSSL could not sign.
HeaderField Signed(const std::string& name, const Tags& tags, const std::string& before,
                   const PrivateKey& key) {
  const std::string own = OwnField({name, " " + Join(tags)}, true);
  const std::string signature = key.Sign(before + own);
  if (signature.empty()) return {};
  Tags complete = tags;
  for (auto& [tag, value] : complete) {
    if (tag == "b") value = EncodeBase64(signature);
  }
  return {name, Join(complete)};
}

Tags Common(const ArcSeal& seal) {
  return {{"a", std::string(seal.signer.key.algorithm())}, {"b", ""}};
}

HeaderField Signature(const std::vector<HeaderField>& headers, const std::string& body_hash,
                      const std::string& instance, const ArcSeal& seal) {
  Tags tags = Common(seal);
  tags.insert(tags.end(), {{"bh", EncodeBase64(body_hash)},
                           {"c", "relaxed/relaxed"},
                           {"d", seal.signer.domain},
                           {"h", FoldNames(seal.names, kLongLine)},
                           {"i", instance},
                           {"s", seal.signer.selector},
                           {"t", std::to_string(seal.now)}});
  return Signed("ARC-Message-Signature", tags, SignedFields(headers, seal.names, true),
                seal.signer.key);
}

// Section 5.1.1: all sets in order; a seal that says "fail" covers its own set only.
std::string Before(const ArcChain& chain, bool failed, const HeaderField& results,
                   const HeaderField& signature) {
  std::string out;
  for (const ArcSet& set : chain.sets) {
    if (failed) break;
    for (const HeaderField* field : {&set.results, &set.signature, &set.seal})
      out += CanonicalHeader(*field, true);
  }
  return out + CanonicalHeader(results, true) + CanonicalHeader(signature, true);
}

}  // namespace

std::vector<HeaderField> SealArc(const std::vector<HeaderField>& headers,
                                 const std::string& body_hash, const ArcChain& chain, bool holds,
                                 const ArcSeal& seal) {
  const size_t count = chain.sets.size();
  if (count >= kMaxArcSets || chain.state == State::kFail) return {};
  const std::string instance = std::to_string(count + 1);
  const HeaderField results{"ARC-Authentication-Results", "i=" + instance + "; " + seal.results};
  const HeaderField signature = Signature(headers, body_hash, instance, seal);
  if (signature.name.empty()) return {};
  Tags tags = Common(seal);
  const std::string word = count == 0 ? "none" : holds ? "pass" : "fail";
  tags.insert(tags.end(), {{"cv", word},
                           {"d", seal.signer.domain},
                           {"i", instance},
                           {"s", seal.signer.selector},
                           {"t", std::to_string(seal.now)}});
  HeaderField own =
      Signed("ARC-Seal", tags, Before(chain, word == "fail", results, signature), seal.signer.key);
  if (own.name.empty()) return {};
  return {own, signature, results};
}

std::string FieldsToSeal(const std::vector<HeaderField>& headers) {
  std::string out = FieldsToSign(headers);
  size_t count = NamesInList(out).size();
  for (const HeaderField& field : headers) {
    if (!EqualsNoCase(Trim(field.name), "DKIM-Signature") || count >= kMaxSignedNames) continue;
    out += ":dkim-signature";
    ++count;
  }
  return out;
}

}  // namespace spillway
