// SPDX-License-Identifier: BSD-2-Clause
#include "policy/law/brownout.h"

#include <gtest/gtest.h>

#include <utility>

namespace spillway {
namespace {

constexpr double kTickSeconds = InSeconds(kTick);

void Tick(Brownout& brownout, Samples& samples, TimePoint now, const Look& look) {
  samples.Add(now, look);
  brownout.Tick(now, samples);
}

// A pool of cores with one queue: a message costs `work` seconds of them, of which a share can be
// left out.
struct Pool {
  Brownout brownout{1, Constants{}};
  Samples samples{};
  double cores = 2;
  double per_second = 10;
  double work = 0.1;
  double optional = 0.5;
  double backlog = 0;  // seconds of work

  void Run(double seconds) {
    for (const double end = at + seconds; at < end; at += kTickSeconds) Step();
  }
  double Wait() const { return backlog / cores; }

  void Step() {
    const double messages = per_second * kTickSeconds;
    backlog += messages * work * (1 - optional * brownout.share());
    backlog = std::max(0.0, backlog - cores * kTickSeconds);
    due += messages;
    Look look;
    look.completed = static_cast<uint32_t>(due);
    due -= look.completed;
    look.queue_wait = look.completed * Wait();
    Tick(brownout, samples, TimePoint(Seconds(1000 + at)), look);
  }
  double at = 0;
  double due = 0;
};

TEST(Brownout, IsNoneWhileMessagesDoNotWait) {
  Pool pool{.per_second = 15};
  pool.Run(60);
  EXPECT_EQ(pool.brownout.share(), 0);
}

// A third more than the cores can do; half of the work can be left out.
TEST(Brownout, LeavesOutWhatMakesTheRestFit) {
  Pool pool{.per_second = 27};
  pool.Run(30);
  EXPECT_GT(pool.brownout.share(), 0.4);
  double sum = 0;
  for (int second = 0; second < 120; ++second) {
    pool.Run(1);
    sum += pool.brownout.share();
    EXPECT_LT(pool.Wait(), 0.5);
  }
  EXPECT_NEAR(sum / 120, 0.52, 0.15);
}

TEST(Brownout, EndsWhenTheSurgeIsOver) {
  Pool pool{.per_second = 27};
  pool.Run(60);
  pool.per_second = 10;
  pool.Run(65);
  EXPECT_EQ(pool.brownout.share(), 0);
}

// Messages that all wait for so long, for some seconds.
void Wait(Brownout& brownout, Samples& samples, double& at, double wait, double seconds) {
  Look look;
  look.completed = 10;
  look.queue_wait = look.completed * wait;
  for (const double end = at + seconds; at < end; at += kTickSeconds)
    Tick(brownout, samples, TimePoint(Seconds(1000 + at)), look);
}

TEST(Brownout, GrowsInTenSecondsAndShrinksInAMinute) {
  Brownout brownout(1, Constants{});
  Samples samples;
  double at = 0;
  Wait(brownout, samples, at, 5, 6);
  EXPECT_NEAR(brownout.share(), 0.6, 0.05);
  Wait(brownout, samples, at, 5, 6);
  EXPECT_DOUBLE_EQ(brownout.share(), 1);
  Wait(brownout, samples, at, 0, 33);  // the last moment is still full of waits at first
  EXPECT_NEAR(brownout.share(), 0.5, 0.05);
  Wait(brownout, samples, at, 0, 31);
  EXPECT_EQ(brownout.share(), 0);
}

// A fifth of the budget, at most a quarter of a second; and below half of that it shrinks.
TEST(Brownout, BeginsWithTheLeastWaitThatMatters) {
  for (const auto& [budget, target] : {std::pair{1.0, 0.2}, {0.1, 0.02}, {60.0, 0.25}}) {
    Brownout brownout(budget, Constants{});
    Samples samples;
    double at = 0;
    Wait(brownout, samples, at, 0.95 * target, 20);
    EXPECT_EQ(brownout.share(), 0) << budget;
    Wait(brownout, samples, at, 1.05 * target, 20);
    EXPECT_EQ(brownout.share(), 1) << budget;
    Wait(brownout, samples, at, 0.6 * target, 20);
    EXPECT_EQ(brownout.share(), 1) << budget;
    Wait(brownout, samples, at, 0.4 * target, 20);
    EXPECT_LT(brownout.share(), 1) << budget;
  }
}

// A slow scanner makes messages slow, but not wait for a core.
TEST(Brownout, IsNoAnswerToASlowDependency) {
  Brownout brownout(1, Constants{});
  Samples samples;
  Look look;
  look.completed = 10;
  look.busy = 10 * 20.0;
  for (int i = 0; i < 100; ++i)
    Tick(brownout, samples, TimePoint(std::chrono::seconds(1000 + i)), look);
  EXPECT_EQ(brownout.share(), 0);
}

// A few messages say nothing.
TEST(Brownout, NeedsMessagesToJudge) {
  Brownout brownout(1, Constants{});
  Samples samples;
  Look look;
  look.completed = 1;
  look.queue_wait = 10;
  for (int i = 0; i < 100; ++i)
    Tick(brownout, samples, TimePoint(std::chrono::seconds(1000 + i)), look);
  EXPECT_EQ(brownout.share(), 0);
}

}  // namespace
}  // namespace spillway
