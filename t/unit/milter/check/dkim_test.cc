// SPDX-License-Identifier: BSD-2-Clause
#include <future>

#include "milter/check/registry.h"
#include "t/rig/check_test.h"
#include "t/rig/dkim_signer.h"
#include "t/rig/dkim_vectors.h"

namespace spillway {
namespace {

constexpr const char* kKeyName = "sel._domainkey.example.org";

class DkimCheckTest : public CheckTest {
 protected:
  void SignWith(const DkimSigner& signer, const std::string& selector, const std::string& body) {
    fields_.insert(fields_.begin(),
                   signer.Sign(vectors::SharedFields(), body, {.selector = selector}));
  }
  Result Run(const std::string& body,
             std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    message_.headers = fields_;
    type_ = Make("dkim");
    const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    check->OnHeaders();
    EndBody(*check, body);
    return check->Finish(Deadline(clock_.Now() + patience));
  }

  std::unique_ptr<CheckType> type_;
  std::vector<HeaderField> fields_ = vectors::SharedFields();
  const DkimSigner signer_{DkimSigner::Kind::kRsa};
};

TEST_F(DkimCheckTest, UnsignedIsNone) {
  const Result result = Run("x\r\n");
  EXPECT_EQ(result.state, State::kNone);
  ASSERT_EQ(result.methods.size(), 1U);
  EXPECT_EQ(result.methods[0].method, "dkim");
}

TEST_F(DkimCheckTest, PassWithItsProperties) {
  dns_.Txt(kKeyName, {signer_.record()});
  SignWith(signer_, "sel", vectors::kBody);
  const Result result = Run(vectors::kBody);
  ASSERT_EQ(result.state, State::kPass) << result.reason;
  EXPECT_EQ(result.methods[0].properties[0].name, "d");
  EXPECT_EQ(result.methods[0].properties[0].value, "example.org");
}

TEST_F(DkimCheckTest, LargeBodyStreams) {
  std::string body;
  while (body.size() < 6 * 1024 * 1024)
    body += "0123456789 the quick brown fox jumps over the lazy dog\r\n";
  dns_.Txt(kKeyName, {signer_.record()});
  SignWith(signer_, "sel", body);
  EXPECT_EQ(Run(body).state, State::kPass);
}

TEST_F(DkimCheckTest, SilentKeyIsLateNeverFail) {
  dns_.Silence(kKeyName);
  SignWith(signer_, "sel", vectors::kBody);
  const Result result = Run(vectors::kBody, std::chrono::milliseconds(50));
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_NE(result.reason.find(kKeyName), std::string::npos) << result.reason;
  dns_.Txt(kKeyName, {signer_.record()});
  dns_.Release(kKeyName);  // after the end: harms nobody
}

TEST_F(DkimCheckTest, OnePassMakesTheCheckAPassThoughAnotherKeyIsSilent) {
  dns_.Txt(kKeyName, {signer_.record()});
  dns_.Silence("other._domainkey.example.org");
  SignWith(signer_, "sel", vectors::kBody);
  SignWith(signer_, "other", vectors::kBody);
  const Result result = Run(vectors::kBody, std::chrono::milliseconds(200));
  EXPECT_EQ(result.state, State::kPass);
  ASSERT_EQ(result.methods.size(), 2U);
  EXPECT_EQ(result.methods[0].state, State::kLate);
  EXPECT_EQ(result.methods[1].state, State::kPass);
}

TEST_F(DkimCheckTest, KeysAreAskedAllAtOnceAndMayAnswerInAnyOrder) {
  const DkimSigner second(DkimSigner::Kind::kEd25519);
  dns_.Txt(kKeyName, {signer_.record()});
  dns_.Txt("ed._domainkey.example.org", {second.record()});
  dns_.Silence(kKeyName);
  dns_.Silence("ed._domainkey.example.org");
  SignWith(signer_, "sel", vectors::kBody);
  SignWith(second, "ed", vectors::kBody);
  message_.headers = fields_;
  type_ = Make("dkim");
  const auto check = type_->Begin(message_, std::make_shared<MessageCost>());
  check->OnHeaders();
  EXPECT_EQ(dns_.asked(), 2U);
  dns_.Release(kKeyName);
  EndBody(*check, vectors::kBody);
  dns_.Release("ed._domainkey.example.org");
  const Result result = check->Finish(Deadline(clock_.Now() + std::chrono::seconds(20)));
  ASSERT_EQ(result.methods.size(), 2U);
  EXPECT_EQ(result.methods[0].state, State::kPass);
  EXPECT_EQ(result.methods[1].state, State::kPass);
}

TEST_F(DkimCheckTest, DnsTroubleIsTemperror) {
  dns_.Fail(kKeyName, RrType::kTxt, DnsStatus::kServfail);
  SignWith(signer_, "sel", vectors::kBody);
  EXPECT_EQ(Run(vectors::kBody).state, State::kTemperror);
}

TEST_F(DkimCheckTest, HeaderThatWasCutIsPermerrorNotFail) {
  message_.headers_truncated = true;
  EXPECT_EQ(Run("x\r\n").state, State::kPermerror);
}

TEST_F(DkimCheckTest, FullPoolIsLateNotFail) {
  dns_.Txt(kKeyName, {signer_.record()});
  SignWith(signer_, "sel", vectors::kBody);
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  while (workers_.Submit([open] { open.wait(); }, std::make_shared<MessageCost>())) {
  }
  EXPECT_EQ(Run(vectors::kBody, std::chrono::milliseconds(50)).state, State::kLate);
  gate.set_value();
}

}  // namespace
}  // namespace spillway
