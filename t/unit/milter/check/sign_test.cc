// SPDX-License-Identifier: BSD-2-Clause
#include <gmock/gmock.h>

#include "milter/auth/private_key.h"
#include "milter/check/registry.h"
#include "t/rig/check_test.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using testing::HasSubstr;

class SignCheckTest : public CheckTest {
 protected:
  SignCheckTest() {
    dir_.Write("key", key_.Pem());
    std::filesystem::permissions(dir_ / "key", std::filesystem::perms(0600));
    dir_.Write("table", "*.example.org example.org s " + (dir_ / "key"));
    Configure(
        "[sign]\nenabled = true\ntable = \"" + (dir_ / "table") +
        "\"\n[seal]\nenabled = true\ndomain = \"gate.example\"\nselector = \"s\"\nkey_file = \"" +
        (dir_ / "key") + "\"");
    message_.client.cls = ClientClass::kInternal;
    message_.headers = {{"From", " a@news.example.org"}, {"Subject", " x"}};
  }
  Result Run(const CheckType& type, State chain = State::kNone,
             std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto check = type.Begin(message_, std::make_shared<MessageCost>());
    check->OnEnvelope();
    check->OnHeaders();
    EndBody(*check, "text\r\n");
    check->Learn({{.name = "arc", .result = {.state = chain}}});
    return check->Finish(Deadline(clock_.Now() + patience));
  }

  const TempDir dir_;
  const PrivateKey key_ = PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0);
};

TEST_F(SignCheckTest, SignsWhatIsOursAndPublished) {
  dns_.Txt("s._domainkey.example.org", {key_.Record()});
  const auto type = Make("sign");
  const Result result = Run(*type);
  EXPECT_EQ(result.state, State::kPass) << result.reason;
  ASSERT_EQ(result.added.size(), 1U);
  EXPECT_EQ(result.added[0].name, "DKIM-Signature");
  EXPECT_TRUE(result.methods.empty());
}

TEST_F(SignCheckTest, WhatAContentFilterHandsBackIsNotSigned) {
  dns_.Txt("s._domainkey.example.org", {key_.Record()});
  message_.handed_back = true;
  const Result result = Run(*Make("sign"));
  EXPECT_EQ(result.state, State::kSkipped);
  EXPECT_EQ(result.reason, "handed back by a content filter");
  message_.handed_back_author = "news.example.org";
  EXPECT_EQ(Run(*Make("sign")).state, State::kSkipped);
  // Of a list, which made itself the author.
  message_.handed_back_author = "stranger.example";
  EXPECT_EQ(Run(*Make("sign")).state, State::kPass);
}

TEST_F(SignCheckTest, StrangersAndOtherDomainsAreNotSigned) {
  const auto type = Make("sign");
  message_.client.cls = ClientClass::kExternal;
  EXPECT_EQ(Run(*type).state, State::kSkipped);
  message_.client.cls = ClientClass::kAuthenticated;
  message_.headers[0].value = " a@example.com";
  EXPECT_EQ(Run(*type).state, State::kSkipped);
  message_.headers.push_back({"From", " b@news.example.org"});  // two authors: whose mail is it?
  EXPECT_EQ(Run(*type).state, State::kSkipped);
}

TEST_F(SignCheckTest, AnUnpublishedKeyIsNotUsed) {
  dns_.Txt("s._domainkey.example.org", {"v=DKIM1; k=ed25519; p=AAAA"});
  const auto type = Make("sign");
  const Result other = Run(*type);
  EXPECT_EQ(other.state, State::kPolicy);
  EXPECT_THAT(other.reason, HasSubstr("another key is published at s._domainkey.example.org"));
  EXPECT_TRUE(other.added.empty());
  Configure(R"([sign]
check_published = false)");
  EXPECT_EQ(Run(*Make("sign")).state, State::kPass);
}

TEST_F(SignCheckTest, WhatWasSeenOnceIsUsedWhileDnsIsDown) {
  dns_.Txt("s._domainkey.example.org", {key_.Record()});
  const auto type = Make("sign");
  ASSERT_EQ(Run(*type).state, State::kPass);
  dns_.Fail("s._domainkey.example.org", RrType::kTxt, DnsStatus::kServfail);
  EXPECT_EQ(Run(*type).state, State::kPass);
  dns_.Silence("s._domainkey.example.org");
  EXPECT_EQ(Run(*type).state, State::kPass);
  dns_.Release("s._domainkey.example.org");
  EXPECT_EQ(Run(*Make("sign")).state, State::kTemperror);
}

TEST_F(SignCheckTest, ASilentNameServerIsLate) {
  dns_.Silence("s._domainkey.example.org");
  const Result result = Run(*Make("sign"), State::kNone, std::chrono::milliseconds(20));
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_EQ(result.reason, "waiting for s._domainkey.example.org");
}

TEST_F(SignCheckTest, SealsOnlyWhatPassesThrough) {
  dns_.Txt("s._domainkey.gate.example", {key_.Record()});
  const auto type = Make("seal");
  EXPECT_EQ(Run(*type).state, State::kSkipped);
  message_.client.cls = ClientClass::kExternal;
  const Result result = Run(*type);
  EXPECT_EQ(result.state, State::kPass) << result.reason;
  ASSERT_EQ(result.added.size(), 3U);
  EXPECT_THAT(result.added[0].value, HasSubstr("cv=none"));
  EXPECT_EQ(Run(*type, State::kTemperror).state, State::kSkipped);
}

TEST_F(SignCheckTest, ABadKeyFileIsAnErrorWithItsPlace) {
  std::filesystem::permissions(dir_ / "key", std::filesystem::perms(0644));
  try {
    Make("sign");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr((dir_ / "table") + ":1: " + (dir_ / "key") + ": open to everybody"));
  }
}

}  // namespace
}  // namespace spillway
