// SPDX-License-Identifier: BSD-2-Clause
#include "milter/pipeline.h"

#include <gtest/gtest.h>

#include "t/rig/fake_clock.h"
#include "t/rig/recording_check.h"

namespace spillway {
namespace {

class PipelineTest : public testing::Test {
 protected:
  void Add(RecordingCheckPlan plan) {
    const std::string name = plan.name;
    plan.on_call = [this, name](const std::string& call) { calls_.push_back(name + " " + call); };
    types_.push_back(std::make_unique<RecordingCheckType>(std::move(plan)));
  }

  FakeClock clock_;
  CheckTypes types_;
  Message message_;
  std::vector<std::string> calls_;
};

TEST_F(PipelineTest, EveryCheckEndsItsBodyBeforeTheFirstIsWaitedFor) {
  Add({.name = "a"});
  Add({.name = "b"});
  Pipeline pipeline(types_, message_, clock_);
  pipeline.Finish(Deadline(clock_.Now()));
  EXPECT_EQ(calls_, (std::vector<std::string>{"a end", "b end", "a finish", "b finish"}));
}

TEST_F(PipelineTest, BodyGoesToAllAndIsWantedWhenOneWantsIt) {
  Add({.name = "a", .wants_body = true});
  Add({.name = "b"});
  Pipeline pipeline(types_, message_, clock_);
  EXPECT_TRUE(pipeline.OnBody("xyz"));
  EXPECT_EQ(calls_, (std::vector<std::string>{"a body:3", "b body:3"}));
}

TEST_F(PipelineTest, NobodyWantsTheBody) {
  Add({.name = "a"});
  Pipeline pipeline(types_, message_, clock_);
  EXPECT_FALSE(pipeline.OnBody("xyz"));
}

TEST_F(PipelineTest, EveryCheckIsTimedOnItsOwn) {
  Add({.name = "slow", .finish = [this](Deadline) {
         clock_.Advance(std::chrono::milliseconds(30));
         return Result{.state = State::kPass};
       }});
  Add({.name = "quick"});
  Pipeline pipeline(types_, message_, clock_);
  const auto reports = pipeline.Finish(Deadline(clock_.Now()));
  EXPECT_EQ(reports.at(0).spent, std::chrono::milliseconds(30));
  EXPECT_EQ(reports.at(1).spent, Duration::zero());
}

// Two that work side by side: each shows what its own work took, whoever was waited for first.
TEST_F(PipelineTest, TheTimeOfWorkIsItsOwnNotTheOrderOfTheWaits) {
  using std::chrono::milliseconds;
  const TimePoint end = clock_.Now();
  const auto wait_until = [this](TimePoint done) {
    return [this, done](Deadline) {
      if (clock_.Now() < done) clock_.Advance(done - clock_.Now());
      return Result{.state = State::kPass, .waited = {.until = done, .missing = {}}};
    };
  };
  Add({.name = "spf", .finish = wait_until(end + milliseconds(300))});
  Add({.name = "dmarc", .finish = wait_until(end + milliseconds(600))});
  Add({.name = "quick", .finish = wait_until(end + milliseconds(20))});
  Add({.name = "before", .finish = wait_until(end - milliseconds(50))});
  Pipeline pipeline(types_, message_, clock_);
  const auto reports = pipeline.Finish(Deadline(end + milliseconds(1000)));
  EXPECT_EQ(reports.at(0).spent, milliseconds(300));
  EXPECT_EQ(reports.at(1).spent, milliseconds(600));
  EXPECT_EQ(reports.at(2).spent, milliseconds(20));
  EXPECT_EQ(reports.at(3).spent, Duration::zero());
}

TEST_F(PipelineTest, AllGetTheSameDeadline) {
  std::vector<TimePoint> seen;
  const auto finish = [&](Deadline deadline) {
    seen.push_back(deadline.at());
    clock_.Advance(std::chrono::seconds(1));
    return Result{};
  };
  Add({.name = "a", .finish = finish});
  Add({.name = "b", .finish = finish});
  const TimePoint at = clock_.Now() + std::chrono::seconds(1);
  Pipeline(types_, message_, clock_).Finish(Deadline(at));
  EXPECT_EQ(seen, (std::vector<TimePoint>{at, at}));
}

// What is dropped does nothing and says so; what the message needs is not dropped.
TEST_F(PipelineTest, InABrownoutAMessageGoesWithoutAnyCheckThatItDoesNotNeed) {
  Add({.name = "dropped"});
  Add({.name = "kept"});
  Add({.name = "insists", .tempfail = true});
  Add({.name = "required", .required = true});
  Pipeline pipeline(types_, message_, clock_, {"dropped", "insists", "required"});
  EXPECT_TRUE(pipeline.reduced());
  const auto reports = pipeline.Finish(Deadline(clock_.Now()));
  EXPECT_EQ(reports.at(0).result.state, State::kSkipped);
  EXPECT_EQ(reports.at(0).result.reason, "brownout");
  EXPECT_TRUE(reports.at(0).result.unscanned);
  for (size_t i = 1; i < reports.size(); ++i)
    EXPECT_EQ(reports.at(i).result.state, State::kPass) << reports.at(i).name;
  EXPECT_EQ(calls_, (std::vector<std::string>{"kept end", "insists end", "required end",
                                              "kept finish", "insists finish", "required finish"}));
}

class DeadlinesTest : public PipelineTest {
 protected:
  // Adds a check and notes whether it got the full time.
  void AddCheck(RecordingCheckPlan plan) {
    plan.finish = [this](Deadline deadline) {
      got_ += deadline.at() == full_ ? 'F' : 'a';
      return Result{};
    };
    Add(std::move(plan));
  }
  std::string Got() {
    Pipeline(types_, message_, clock_).Finish({Deadline(full_), Deadline(accepted_)});
    return got_;
  }
  const TimePoint accepted_ = clock_.Now() + std::chrono::seconds(1);
  const TimePoint full_ = clock_.Now() + std::chrono::seconds(2);
  std::string got_;
};

TEST_F(DeadlinesTest, WhatMustNotBeLateHasTheFullTime) {
  AddCheck({.name = "a"});
  AddCheck({.name = "b", .tempfail = true});
  AddCheck({.name = "c"});
  EXPECT_EQ(Got(), "aFa");
}

// Of a device the tempfail is waived, so lateness is accepted; unless it is required.
TEST_F(DeadlinesTest, ForADeviceOnlyWhatIsRequired) {
  message_.client.cannot_retry = true;
  AddCheck({.name = "a", .tempfail = true});
  AddCheck({.name = "b", .tempfail = true, .required = true});
  EXPECT_EQ(Got(), "aF");
}

// DMARC needs SPF and DKIM: it would be late without them.
TEST_F(DeadlinesTest, WhoLearnsFromOthersGivesThemItsTime) {
  AddCheck({.name = "spf"});
  AddCheck({.name = "dmarc", .tempfail = true, .learns = true});
  AddCheck({.name = "rspamd"});
  AddCheck({.name = "rules", .learns = true});
  EXPECT_EQ(Got(), "FFaa");
}

}  // namespace
}  // namespace spillway
