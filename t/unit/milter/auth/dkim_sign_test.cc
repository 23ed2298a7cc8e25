// SPDX-License-Identifier: BSD-2-Clause
// What we sign, judged by libopendkim.
#include "milter/auth/dkim_sign.h"

#include <gtest/gtest.h>

#include "milter/auth/canonical.h"
#include "milter/auth/dkim_verify.h"
#include "milter/auth/signed_fields.h"

namespace spillway {
namespace {

using Fields = std::vector<HeaderField>;

const Fields kFields = {{"Received", " from a by b"},
                        {"From", " Ann <ann@example.org>"},
                        {"TO", "  rcpt@example.net,\n\tother@example.net  "},
                        {"Subject", ""},
                        {"Subject", " second"},
                        {"Date", " Tue, 24 Nov 2026 10:00:00 +0000"}};
const std::vector<std::string> kBodies = {"",
                                          "\r\n",
                                          "text",
                                          "text\r\n\r\n\r\n",
                                          " \t\r\n",
                                          "a \t b\r\n",
                                          "\r\n\r\nx y",
                                          std::string(300000, 'x') + "\r\n",
                                          "\xc3\xbc\r\n"};

struct Case {
  PrivateKey::Kind kind;
  bool relaxed_header, relaxed_body;
};

class DkimSignTest : public testing::TestWithParam<Case> {
 protected:
  HeaderField Sign(const Fields& fields, const std::string& body) const {
    BodyHash hash(GetParam().relaxed_body);
    hash.Update(body);
    const DkimForm form{GetParam().relaxed_header, GetParam().relaxed_body};
    HeaderField field =
        SignDkim(fields, hash.Finish(), {"example.org", "sel", key_}, form, 1'700'000'000);
    field.value.insert(0, " ");
    return field;
  }
  std::string Judge(Fields fields, const HeaderField& signature, const std::string& body) const {
    fields.insert(fields.begin(), signature);
    KeyCache keys;
    BodyHashes hashes;
    DkimVerifier verifier(library_, keys, "test");
    verifier.Headers(fields, hashes);
    verifier.SetKey(0, {DkimKey::Status::kFound, {key_.Record()}, {}});
    hashes.Update(body);
    hashes.Finish();
    verifier.EndOfBody(hashes);
    return std::string(StateName(verifier.signatures().at(0).state));
  }
  const PrivateKey key_ = PrivateKey::Generate(GetParam().kind, 1024);
  const DkimLibrary library_{DkimLimits{}};
};

TEST_P(DkimSignTest, LibopendkimVerifiesIt) {
  for (const std::string& body : kBodies)
    EXPECT_EQ(Judge(kFields, Sign(kFields, body), body), "pass") << body.substr(0, 40);
}

TEST_P(DkimSignTest, ASecondFromBreaksIt) {
  Fields forged = kFields;
  forged.insert(forged.begin(), {"From", " mallory@example.com"});
  EXPECT_EQ(Judge(forged, Sign(kFields, "x\r\n"), "x\r\n"), "fail");
}

TEST_P(DkimSignTest, HasNoLengthAndNoLongLines) {
  const std::string value = Sign(kFields, "x\r\n").value;
  EXPECT_EQ(value.find("l="), std::string::npos);
  EXPECT_NE(value.find("h=from:from:subject:subject:date:to;"), std::string::npos) << value;
  size_t start = 0;
  for (size_t end = 0; end != std::string::npos; start = end + 1) {
    end = value.find('\n', start);
    EXPECT_LT(std::min(end, value.size()) - start, 90U);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, DkimSignTest,
                         testing::Values(Case{PrivateKey::Kind::kRsa, true, true},
                                         Case{PrivateKey::Kind::kRsa, true, false},
                                         Case{PrivateKey::Kind::kRsa, false, true},
                                         Case{PrivateKey::Kind::kRsa, false, false},
                                         Case{PrivateKey::Kind::kEd25519, true, true},
                                         Case{PrivateKey::Kind::kEd25519, false, false}));

TEST(FieldsToSignTest, LongListsAreFoldedAndVerify) {
  Fields fields = kFields;
  for (int i = 0; i < 40; ++i) fields.push_back({"References", " <a@b>"});
  const PrivateKey key = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
  const HeaderField field = SignDkim(fields, Sha256("\r\n"), {"example.org", "s", key}, {}, 1);
  EXPECT_NE(field.value.find(":\n\t references"), std::string::npos);
  EXPECT_TRUE(FieldsToSign({}) == "from");
}

}  // namespace
}  // namespace spillway
