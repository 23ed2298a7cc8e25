// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/caching_resolver.h"

#include <gtest/gtest.h>

#include "t/rig/fake_clock.h"

namespace spillway {
namespace {

// Holds every question until the test answers it.
class HeldUpstream final : public Upstream {
 public:
  void Query(const DnsQuestion& question, Done done) override {
    held_.emplace_back(question, std::move(done));
  }
  size_t held() const { return held_.size(); }
  void AnswerAll(DnsStatus status, uint32_t ttl = 60) {
    auto held = std::move(held_);
    held_.clear();
    for (auto& [question, done] : held) {
      DnsAnswer answer;
      answer.status = status;
      answer.ttl = ttl;
      done(std::move(answer));
    }
  }

 private:
  std::vector<std::pair<DnsQuestion, Done>> held_;
};

class CachingResolverTest : public testing::Test {
 protected:
  DnsAnswerPtr Ask(const std::string& name, const std::string& owner = "owner.example") {
    return resolver_.Ask({name, RrType::kA}, owner, [this](const DnsAnswerPtr& answer) {
      ++called_;
      last_ = answer->status;
    });
  }

  FakeClock clock_;
  HeldUpstream upstream_;
  CachingResolver resolver_{upstream_, clock_, {{}, 4, 2}};
  int called_ = 0;
  DnsStatus last_ = DnsStatus::kServfail;
};

TEST_F(CachingResolverTest, OneQuestionInFlightForManyWaiters) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Ask("a.example"), nullptr);
  EXPECT_EQ(upstream_.held(), 1U);
  upstream_.AnswerAll(DnsStatus::kOk);
  EXPECT_EQ(called_, 10);
  EXPECT_EQ(resolver_.counters().joined, 9U);
}

TEST_F(CachingResolverTest, SecondTimeComesFromTheCache) {
  Ask("a.example");
  upstream_.AnswerAll(DnsStatus::kNxdomain);
  const DnsAnswerPtr cached = Ask("a.example");
  ASSERT_NE(cached, nullptr);
  EXPECT_EQ(cached->status, DnsStatus::kNxdomain);
  EXPECT_EQ(called_, 1);
  EXPECT_EQ(resolver_.counters().hits, 1U);
}

TEST_F(CachingResolverTest, CapForOneDomainLeavesTheOthersAlone) {
  Ask("a.example");
  Ask("b.example");
  const DnsAnswerPtr third = Ask("c.example");
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(third->status, DnsStatus::kLimited);
  EXPECT_EQ(Ask("c.example", "other.example"), nullptr);
}

TEST_F(CachingResolverTest, CapIsFreedWhenTheAnswerComes) {
  Ask("a.example");
  Ask("b.example");
  upstream_.AnswerAll(DnsStatus::kTimeout);
  EXPECT_EQ(Ask("c.example"), nullptr);
  EXPECT_EQ(resolver_.counters().timeouts, 2U);
}

TEST_F(CachingResolverTest, CapInAll) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(Ask(std::to_string(i) + ".example", std::to_string(i)), nullptr);
  const DnsAnswerPtr fifth = Ask("x.example", "x");
  ASSERT_NE(fifth, nullptr);
  EXPECT_EQ(fifth->status, DnsStatus::kLimited);
}

TEST_F(CachingResolverTest, FailuresAreAskedAgainAfterTheirTime) {
  Ask("a.example");
  upstream_.AnswerAll(DnsStatus::kServfail, 0);
  EXPECT_NE(Ask("a.example"), nullptr);
  clock_.Advance(std::chrono::seconds(6));
  EXPECT_EQ(Ask("a.example"), nullptr);
}

}  // namespace
}  // namespace spillway
