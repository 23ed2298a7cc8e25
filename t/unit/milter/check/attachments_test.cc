// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"
#include "milter/inspect/inspecting.h"
#include "t/rig/check_test.h"

namespace spillway {
namespace {

class AttachmentsTest : public CheckTest {
 protected:
  AttachmentsTest() {
    Configure(R"([attachments]
enabled = true)");
    message_.content.emplace(100);
    message_.inspecting = std::make_shared<Inspecting>();
  }
  Result Run() {
    const auto type = Make("attachments");
    return type->Begin(message_, nullptr)->Finish(Deadline(clock_.Now()));
  }
  Result RunWith(const Inspection& found) {
    message_.inspecting->Complete({.found = found, .down = {}});
    return Run();
  }
};

TEST_F(AttachmentsTest, Nothing) {
  const Result result = RunWith({.parts = {{.path = "1", .found_type = "text/plain"}}});
  EXPECT_EQ(result.state, State::kPass);
  EXPECT_TRUE(result.added.empty());
  EXPECT_FALSE(result.unscanned);
}

TEST_F(AttachmentsTest, TheStrongestActionCounts) {
  const Result result =
      RunWith({.parts = {{.path = "1", .macros = true}, {.path = "2", .names = {"a.exe"}}}});
  EXPECT_EQ(result.state, State::kPolicy);
  EXPECT_EQ(result.wish, Wish::kReject);
  EXPECT_EQ(result.refusal.text, "forbidden name \"a.exe\" (2)");
  EXPECT_EQ(result.reason, "macros (1); forbidden name \"a.exe\" (2)");
  ASSERT_EQ(result.added.size(), 1U);
  EXPECT_EQ(result.added[0].name, "X-Spillway-Attachments");
  EXPECT_EQ(result.added[0].value, result.reason);
}

TEST_F(AttachmentsTest, WhatIsNotLookedAtSaysSo) {
  Result result = Run();
  EXPECT_EQ(result.state, State::kLate);
  EXPECT_TRUE(result.unscanned);
  EXPECT_EQ(result.added.at(0).value, "unscanned (waiting for the inspector)");
  message_.inspecting->Complete({.found = {}, .down = "no memory"});
  result = Run();
  EXPECT_EQ(result.state, State::kTemperror);
  EXPECT_TRUE(result.unscanned);
  EXPECT_EQ(result.wish, Wish::kNone);
}

TEST_F(AttachmentsTest, MoreThanIsLookedAt) {
  message_.content->MarkTruncated();
  const Result result = RunWith({.parts = {{.path = "1", .found_type = "text/plain"}}});
  EXPECT_EQ(result.state, State::kNeutral);
  EXPECT_TRUE(result.unscanned);
  EXPECT_EQ(result.reason, "only the first 0 octets were looked at");
}

// A document that our own limit cut off is not broken.
TEST_F(AttachmentsTest, WhatWasCutOffIsOnlyThat) {
  message_.content->MarkTruncated();
  const Inspection cut{.parts = {{.path = "1"}, {.path = "2", .unreadable = "truncated"}}};
  EXPECT_EQ(RunWith(cut).wish, Wish::kNone);
  message_.headers_truncated = true;
  EXPECT_EQ(Run().wish, Wish::kQuarantine);
}

TEST_F(AttachmentsTest, ClassesThatAreNotChecked) {
  Configure(R"([attachments]
check = ["external"])");
  const auto type = Make("attachments");
  EXPECT_TRUE(type->WantsInspection({.cls = ClientClass::kExternal}));
  EXPECT_TRUE(type->WantsInspection({.cls = ClientClass::kProbe}));
  EXPECT_FALSE(type->WantsInspection({.cls = ClientClass::kInternal}));
  Configure(R"([[class]]
name = "printers"
[attachments]
check = ["printers"])");
  const auto named = Make("attachments");
  EXPECT_TRUE(named->WantsInspection({.cls = ClientClass::kInternal, .named = {"printers"}}));
  EXPECT_EQ(RunWith({.parts = {{.path = "1", .names = {"a.exe"}}}}).state, State::kSkipped)
      << "it is another check that wants the inspection";
  message_.inspecting.reset();
  EXPECT_EQ(Run().state, State::kSkipped);
}

}  // namespace
}  // namespace spillway
