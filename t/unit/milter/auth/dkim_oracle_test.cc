// SPDX-License-Identifier: BSD-2-Clause
// Whether a signature holds, by us and by the whole of libopendkim: both must agree on messages
// that were changed in every way that a relay or a stranger might.
#include <gtest/gtest.h>

#include <random>

#include "milter/auth/canonical.h"
#include "milter/auth/dkim_verify.h"
#include "milter/auth/private_key.h"
#include "milter/auth/signed_fields.h"
#include "t/rig/dkim_oracle.h"
#include "t/rig/dkim_signer.h"

namespace spillway {
namespace {

using Fields = std::vector<HeaderField>;

const Fields kFields = {{"From", " Ann  <ann@example.org>"},
                        {"To", " b@example.net,\n\tc@example.net "},
                        {"Subject", " one"},
                        {"Subject", ""},
                        {"Date", "\n Tue, 24 Nov 2026 10:00:00 +0000"}};
const std::string kBody = "a \t b\r\n\r\nlast line \r\n\r\n";

class DkimOracleTest : public testing::Test {
 protected:
  std::string Ours(const Fields& fields, const std::string& body, const std::string& record) {
    BodyHashes hashes;
    DkimVerifier verifier(library_, keys_, "test");
    verifier.Headers(fields, hashes);
    for (size_t i = 0; i < verifier.signatures().size(); ++i)
      verifier.SetKey(i, {DkimKey::Status::kFound, {record}, {}});
    hashes.Update(body);
    hashes.Finish();
    verifier.EndOfBody(hashes);
    std::string out;
    for (const DkimSignature& signature : verifier.signatures())
      out += signature.state == State::kPass ? "1" : "0";
    return out;
  }
  std::string Library(const Fields& fields, const std::string& body,
                      const std::string& record) const {
    std::string out;
    for (const bool holds : oracle_.Holds(fields, body, record)) out += holds ? "1" : "0";
    return out;
  }
  // A field signed by us with these tags, whatever they say.
  HeaderField Signed(const std::string& tags, const std::string& names, bool relaxed = true) const {
    HeaderField field{"DKIM-Signature", " v=1; a=ed25519-sha256; " + tags + "h=" + names +
                                            "; bh=" + EncodeBase64(BodyDigest(relaxed)) + "; b="};
    field.value +=
        EncodeBase64(key_.Sign(SignedFields(kFields, names, relaxed) + OwnField(field, relaxed)));
    return field;
  }
  static std::string BodyDigest(bool relaxed) {
    BodyHash hash(relaxed);
    hash.Update(kBody);
    return hash.Finish();
  }
  static Fields With(const HeaderField& signature) {
    Fields fields = kFields;
    fields.insert(fields.begin(), signature);
    return fields;
  }

  const DkimLibrary library_{DkimLimits{}};
  const DkimOracle oracle_;
  KeyCache keys_;
  const PrivateKey key_ = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
  const std::string tags_ = "c=relaxed/relaxed; d=example.org; s=s; ";
};

// Changes one place of the header or body.
void Mutate(Fields& fields, std::string& body, std::mt19937& random) {
  const auto pick = [&random](size_t count) { return random() % count; };
  static const std::string kInserts[] = {" ", "\t", "\n ", "x", ":", ";", "=", "\r", "A", "b="};
  const size_t at = pick(fields.size() + 1);
  std::string& text = at == fields.size() ? body : fields[at].value;
  const size_t place = pick(text.size() + 1);
  switch (pick(6)) {
    case 0:
      text.insert(place, kInserts[pick(std::size(kInserts))]);
      break;
    case 1:
      if (!text.empty()) text.erase(std::min(place, text.size() - 1), 1);
      break;
    case 2:
      if (at < fields.size()) fields.push_back(fields[at]);
      break;
    case 3:
      if (at < fields.size()) std::swap(fields[at], fields[pick(fields.size())]);
      break;
    case 4:
      if (at < fields.size()) fields[at].name += pick(2) == 0 ? " " : "x";
      break;
    default:
      body += pick(2) == 0 ? "\r\n" : "more\r\n";
  }
}

std::string Text(const Fields& fields, const std::string& body) {
  std::string out;
  for (const HeaderField& field : fields) out += field.name + ":" + field.value + "\n";
  return out + "\n" + body;
}

// Does what holds by us hold by the library, signature by signature?
bool NoMoreThan(const std::string& ours, const std::string& library) {
  return ours.size() == library.size() && std::equal(ours.begin(), ours.end(), library.begin(),
                                                     [](char a, char b) { return a <= b; });
}

TEST_F(DkimOracleTest, ChangedMessages) {
  std::mt19937 random(1);
  int passed = 0;
  int stricter = 0;
  const DkimSigner rsa(DkimSigner::Kind::kRsa);
  for (int i = 0; i < 3000; ++i) {
    Fields fields =
        With(rsa.Sign(kFields, kBody, {.relaxed = i % 2 == 0, .relaxed_body = i % 4 < 2}));
    std::string body = kBody;
    for (auto n = random() % 3; n-- > 0;) Mutate(fields, body, random);
    const std::string ours = Ours(fields, body, rsa.record());
    const std::string library = Library(fields, body, rsa.record());
    ASSERT_TRUE(NoMoreThan(ours, library)) << "round " << i << "\n" << Text(fields, body);
    if (ours == "1") ++passed;
    if (ours != library) ++stricter;
  }
  // A CR alone is white space to the library and text to RFC 6376 (2.8); and see
  // WhereWeAreStricter.
  EXPECT_LT(stricter, 40);
  EXPECT_GT(passed, 300);
  EXPECT_LT(passed, 2700);
}

TEST_F(DkimOracleTest, ListsOfNames) {
  for (const char* names :
       {"from", "From:TO", "from : to\n\t: subject", "from:from:from", "to:from:absent",
        "subject:subject:subject:from", "from:dkim-signature", "from:", ":from", "from::to"}) {
    for (const bool relaxed : {false, true}) {
      const std::string tags = relaxed ? tags_ : "c=simple/simple; d=example.org; s=s; ";
      const Fields fields = With(Signed(tags, names, relaxed));
      EXPECT_EQ(Ours(fields, kBody, key_.Record()), Library(fields, kBody, key_.Record()))
          << names << relaxed;
    }
  }
}

TEST_F(DkimOracleTest, TagsOfTheSignature) {
  for (const char* more :
       {"", "i=@example.org; ", "i=x@sub.example.org; ", "i=x@other.example; ", "q=dns/txt; ",
        "q=dns; ", "q=dns/other:dns/txt; ", "x=1; ", "t=1; x=99999999999; ", "t=99999999999; ",
        "z=From:x; ", "l=3; ", "l=; ", "foo=bar; ", "; ", "c=relaxed; "}) {
    const Fields fields = With(Signed(tags_ + more, "from:to"));
    EXPECT_EQ(Ours(fields, kBody, key_.Record()), Library(fields, kBody, key_.Record())) << more;
  }
}

TEST_F(DkimOracleTest, KeyRecords) {
  const std::string p = key_.public_key();
  const Fields fields = With(Signed(tags_ + "i=x@sub.example.org; ", "from:to"));
  const std::vector<std::string> records = {
      "v=DKIM1; k=ed25519; p=" + p,
      "k=ed25519; p=" + p,
      "v=DKIM1; k=ed25519; p=" + p + ";",
      "v=DKIM1; k=ed25519; t=s; p=" + p,
      "v=DKIM1; k=ed25519; t=y; p=" + p,
      "v=DKIM1; k=ed25519; h=sha1; p=" + p,
      "v=DKIM1; k=ed25519; h=sha1:sha256; p=" + p,
      "v=DKIM1; k=ed25519; s=tlsrpt; p=" + p,
      "v=DKIM1; k=ed25519; s=email; p=" + p,
      "v=DKIM1; k=ed25519; s=*; p=" + p,
      "v=DKIM1; k=ED25519; s=Email; h=SHA256; p=" + p,
      "k=ed25519; v=DKIM1; p=" + p,
      "v=DKIM2; k=ed25519; p=" + p,
      "v=DKIM1; k=ed25519; p=",
      "v=DKIM1; k=ed25519",
      "p=" + p + "; k=ed25519",
      "v=DKIM1; k=ed25519; p=" + p.substr(0, 10) + " " + p.substr(10),
      "v=DKIM1; k=ed25519; p=" + p.substr(0, p.size() - 1),
      "v=DKIM1;k=ed25519;g=*;p=" + p,
      "v=DKIM1;; k=ed25519; p=" + p,
      "v=DKIM1 ; k = ed25519 ; p = " + p,
      "v=DKIM1; k=ed25519; n=a note; p=" + p,
      "V=DKIM1; K=ed25519; P=" + p};
  for (const std::string& record : records) {
    EXPECT_EQ(Ours(fields, kBody, record), Library(fields, kBody, record)) << record;
  }
}

TEST_F(DkimOracleTest, Base64OfTheSignature) {
  const HeaderField good = Signed(tags_, "from:to");
  const size_t b = good.value.rfind("b=") + 2;
  for (const std::string& value : {good.value, good.value.substr(0, good.value.size() - 1),
                                   good.value.substr(0, good.value.size() - 2),
                                   good.value.substr(0, b) + " " + good.value.substr(b),
                                   good.value.substr(0, b) + "\n\t" + good.value.substr(b) + "\n ",
                                   good.value + ";", good.value + "; x=99999999999"}) {
    const Fields fields = With({"DKIM-Signature", value});
    EXPECT_EQ(Ours(fields, kBody, key_.Record()), Library(fields, kBody, key_.Record())) << value;
  }
}

// What the library lets pass and the RFC does not: a tag twice (3.2), another query method (3.5),
// base64 with something else in it (2.10), and an Ed25519 key that says it is RSA (3.6.1).
TEST_F(DkimOracleTest, WhereWeAreStricter) {
  const auto expect = [this](const HeaderField& field, const std::string& record) {
    EXPECT_EQ(Ours(With(field), kBody, record), "0") << field.value << record;
    EXPECT_EQ(Library(With(field), kBody, record), "1") << field.value << record;
  };
  const std::string p = key_.public_key();
  const HeaderField good = Signed(tags_, "from:to");
  const size_t b = good.value.rfind("b=") + 2;
  for (const char* twice : {"b=AAAA; ", "d=other.example; ", "h=to; "})
    expect(Signed(tags_ + twice, "from:to"), key_.Record());
  expect(Signed(tags_ + "q=dns/other; ", "from:to"), key_.Record());
  expect({"DKIM-Signature", good.value + "AAAA"}, key_.Record());
  expect({"DKIM-Signature", std::string(good.value).insert(b, "*")}, key_.Record());
  expect(good, "v=DKIM1; k=ed25519; p=" + p + "; p=" + p);
  expect(good, "v=DKIM1; k=ed25519; p=" + p + " x");
  expect(good, "v=DKIM1; p=" + p);
}

// The library itself writes behind a block of its own at this: more names than there are fields,
// and an odd number of those.
TEST_F(DkimOracleTest, MoreNamesThanFields) {
  Fields fields = {kFields[0], kFields[1]};
  for (const char* names : {"from:to:dkim-signature:x", "from:to:dkim-signature:x:x:x:x:x:x"}) {
    std::string ours;
    for (int i = 0; i < 20; ++i)
      ours = Ours(Fields{Signed(tags_, names), kFields[0], kFields[1]}, kBody, key_.Record());
    EXPECT_EQ(ours, "0") << names;
  }
}

// One list of names for us and another for the library.
TEST_F(DkimOracleTest, TwoListsOfNames) {
  std::string many = "from";
  for (int i = 0; i < 50000; ++i) many += ":a";
  for (const char* second : {"h", "\fh", "\vh"}) {
    HeaderField field = Signed(tags_, "from");
    field.value.insert(1, std::string(second) + "=" + many + "; ");
    EXPECT_EQ(Ours(With(field), kBody, key_.Record()), "0") << second;
  }
}

// What the library does not take for a signature must not shift those that it does.
TEST_F(DkimOracleTest, OddFieldNames) {
  const HeaderField good = Signed(tags_, "from:to");
  for (const char* name :
       {"DKIM-Signature ", "DKIM-Signature\t", " DKIM-Signature", "DKIM-SIGNATURE"}) {
    HeaderField forged = good;
    const size_t bh = forged.value.find("bh=") + 3;
    forged.value.replace(bh, 4, "AAAA");
    Fields fields = With(forged);
    fields.insert(fields.begin(), {name, good.value});
    const std::string ours = Ours(fields, kBody, key_.Record());
    EXPECT_EQ(ours.back(), '0') << name;
  }
}

}  // namespace
}  // namespace spillway
