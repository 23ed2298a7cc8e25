// SPDX-License-Identifier: BSD-2-Clause
// Steps in the order of RFC 8617 section 5.2.
#include "milter/auth/arc_chain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "milter/auth/authres_reader.h"
#include "milter/auth/canonical.h"
#include "milter/auth/dkim_key.h"
#include "milter/auth/signed_fields.h"
#include "milter/mail/address.h"
#include "milter/mail/idna.h"

namespace spillway {

namespace {

bool AllDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 1 to 50; 0 for anything else.
int Instance(std::string_view text) {
  int value = 0;
  if (!AllDigits(text)) return 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && value >= 1 && value <= kMaxArcSets ? value : 0;
}

bool GoodCommon(const TagList& tags) {
  const bool stamp = !tags.contains("t") || AllDigits(TagValue(tags, "t"));
  const bool algorithm =
      TagValue(tags, "a") == "rsa-sha256" || TagValue(tags, "a") == "ed25519-sha256";
  return stamp && algorithm && IsQualifiedDomain(DnsName(TagValue(tags, "d"))) &&
         !TagValue(tags, "s").empty() && DecodeBase64(TagValue(tags, "b")).has_value();
}

bool Holds(const std::vector<std::string_view>& names, std::string_view wanted) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return EqualsNoCase(name, wanted); });
}

// Section 4.1.2.
bool GoodNames(std::string_view list) {
  const auto names = NamesInList(list);
  return names.size() <= kMaxSignedNames && !Holds(names, "ARC-Seal");
}

constexpr std::array<std::string_view, 6> kForms = {
    "simple", "relaxed", "simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"};

bool GoodSignature(const TagList& tags) {
  const std::string form = tags.contains("c") ? TagValue(tags, "c") : "simple/simple";
  return GoodCommon(tags) && tags.contains("h") && GoodNames(tags.at("h")) &&
         DecodeBase64(TagValue(tags, "bh")).has_value() &&
         std::find(kForms.begin(), kForms.end(), form) != kForms.end();
}

// Section 5.2 step 3: none for the first, pass for all others.
bool GoodSeal(const TagList& tags, bool first) {
  return GoodCommon(tags) && !tags.contains("h") &&
         TagValue(tags, "cv") == (first ? "none" : "pass");
}

enum class Part : uint8_t { kResults, kSignature, kSeal, kOther };

Part PartOf(const HeaderField& field) {
  const std::string_view name = Trim(field.name);
  if (EqualsNoCase(name, "ARC-Authentication-Results")) return Part::kResults;
  if (EqualsNoCase(name, "ARC-Message-Signature")) return Part::kSignature;
  return EqualsNoCase(name, "ARC-Seal") ? Part::kSeal : Part::kOther;
}

// Files one field under its instance; false when it cannot be, or its place is taken.
bool File(const HeaderField& field, Part part, std::vector<ArcSet>& sets) {
  const auto tags =
      part == Part::kResults ? std::optional<TagList>(TagList{}) : ParseTagList(field.value);
  if (!tags) return false;
  const int instance = part == Part::kResults ? Instance(ReadArcResults(field.value).instance)
                                              : Instance(TagValue(*tags, "i"));
  if (instance == 0) return false;
  if (sets.size() < static_cast<size_t>(instance)) sets.resize(static_cast<size_t>(instance));
  ArcSet& set = sets[static_cast<size_t>(instance) - 1];
  HeaderField& place = part == Part::kResults     ? set.results
                       : part == Part::kSignature ? set.signature
                                                  : set.seal;
  if (!place.name.empty()) return false;
  place = field;
  if (part == Part::kSignature) set.signature_tags = *tags;
  if (part == Part::kSeal) set.seal_tags = *tags;
  return true;
}

// The form of the sets; empty: good.
std::string WhatIsWrong(const std::vector<ArcSet>& sets) {
  for (size_t i = 0; i < sets.size(); ++i) {
    const ArcSet& set = sets[i];
    const std::string number = std::to_string(i + 1);
    if (set.results.name.empty() || set.signature.name.empty() || set.seal.name.empty())
      return "set " + number + " is incomplete";
    if (!GoodSeal(set.seal_tags, i == 0)) return "seal " + number;
    if (!GoodSignature(set.signature_tags)) return "signature " + number;
  }
  return {};
}

void Fail(ArcChain& chain, std::string reason) {
  chain.state = State::kFail;
  chain.reason = std::move(reason);
}

std::string KeyName(const TagList& tags) {
  return DkimKeyName(DnsName(TagValue(tags, "s")), DnsName(TagValue(tags, "d")));
}

// Without c= it is simple (RFC 6376 section 3.5), but signers are about that take it for relaxed.
std::vector<bool> HeaderForms(const TagList& tags) {
  if (!tags.contains("c")) return {false, true};
  return {TagValue(tags, "c").starts_with("relaxed")};
}

// All sets in canonical form, and the offset at which the seal of each set begins: a seal signs the
// text before it (section 5.1.1), and itself. One copy for all, because a sender can add fifty
// sets.
struct SealedText {
  std::string all;
  std::vector<size_t> seals;
};

SealedText Seal(const std::vector<ArcSet>& sets) {
  SealedText out;
  for (const ArcSet& set : sets) {
    out.all += CanonicalHeader(set.results, true) + CanonicalHeader(set.signature, true);
    out.seals.push_back(out.all.size());
    out.all += CanonicalHeader(set.seal, true);
  }
  return out;
}

bool Verifies(const std::string& text, const TagList& tags, const ArcKeyFind& find,
              const ArcLimits& limits) {
  const auto keys = find(KeyName(tags), TagValue(tags, "a"));
  const auto signature = DecodeBase64(TagValue(tags, "b"));
  return signature && std::any_of(keys.begin(), keys.end(), [&](const SignatureKeyPtr& key) {
           return key->HasBits(limits.min_key_bits, limits.max_key_bits) &&
                  key->Verify(Sha256(text), *signature);
         });
}

}  // namespace

std::vector<std::string> ArcChain::sealers() const {
  std::vector<std::string> out;
  for (const ArcSet& set : sets) out.push_back(DnsName(TagValue(set.seal_tags, "d")));
  return out;
}

bool ArcChain::vouches_for(std::string_view author) const {
  if (sets.empty()) return false;
  const ReadResults read = ReadArcResults(sets.front().results.value);
  const ReadResult* dmarc = read.First("dmarc");
  if (!read.whole || dmarc == nullptr || !EqualsNoCase(dmarc->result, "pass")) return false;
  const std::string from = dmarc->Property("header.from");
  return AsciiDomain(from.substr(from.rfind('@') + 1)) == author;
}

bool ArcChain::covers_author() const {
  return !sets.empty() && Holds(NamesInList(TagValue(sets.back().signature_tags, "h")), "From");
}

ArcChain ReadArcChain(const std::vector<HeaderField>& headers) {
  ArcChain chain;
  for (const HeaderField& field : headers) {
    const Part part = PartOf(field);
    if (part == Part::kOther) continue;
    if (!File(field, part, chain.sets)) {
      Fail(chain, "a field that cannot be read, or stands twice");
      return chain;
    }
  }
  if (chain.sets.empty()) return chain;
  if (const std::string wrong = WhatIsWrong(chain.sets); !wrong.empty()) {
    Fail(chain, wrong);
    return chain;
  }
  chain.state = State::kPass;
  chain.relaxed_body = TagValue(chain.sets.back().signature_tags, "c").ends_with("/relaxed");
  return chain;
}

std::vector<std::string> ArcKeyNames(const ArcChain& chain) {
  std::set<std::string> names;
  if (chain.state != State::kPass) return {};
  for (const ArcSet& set : chain.sets) names.insert(KeyName(set.seal_tags));
  names.insert(KeyName(chain.sets.back().signature_tags));
  return {names.begin(), names.end()};
}

void VerifyArcChain(const std::vector<HeaderField>& headers, const std::string& body_hash,
                    const ArcKeyFind& find, const ArcLimits& limits, ArcChain& chain) {
  if (chain.state != State::kPass) return;
  const ArcSet& last = chain.sets.back();
  const std::string number = std::to_string(chain.sets.size());
  if (DecodeBase64(TagValue(last.signature_tags, "bh")) != body_hash)
    return Fail(chain, "signature " + number + ": body hash did not verify");
  const auto forms = HeaderForms(last.signature_tags);
  const bool holds = std::any_of(forms.begin(), forms.end(), [&](bool relaxed) {
    const std::string text = SignedFields(headers, last.signature_tags.at("h"), relaxed) +
                             OwnField(last.signature, relaxed);
    return Verifies(text, last.signature_tags, find, limits);
  });
  if (!holds) return Fail(chain, "signature " + number + " did not verify");
  const SealedText sealed = Seal(chain.sets);
  for (size_t count = chain.sets.size(); count > 0; --count) {
    const ArcSet& set = chain.sets[count - 1];
    const std::string signed_text =
        sealed.all.substr(0, sealed.seals[count - 1]) + OwnField(set.seal, true);
    if (!Verifies(signed_text, set.seal_tags, find, limits))
      return Fail(chain, "seal " + std::to_string(count) + " did not verify");
  }
}

}  // namespace spillway
