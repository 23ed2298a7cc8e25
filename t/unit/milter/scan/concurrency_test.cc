// SPDX-License-Identifier: BSD-2-Clause
// The learned limit against simulated servers.
#include "milter/scan/concurrency.h"

#include <gtest/gtest.h>

#include "milter/scan/server_load.h"
#include "t/rig/simulated_server.h"

namespace spillway {
namespace {

using std::chrono::seconds;

// With more work than the server can do, once the limit is learned.
struct Overloaded {
  double yield = 0;  // answers in time a second
  double limit = 0;  // on average
};
Overloaded Overload(const ServerShape& shape, ServerLoad& load) {
  constexpr int kPieces = 100;
  SimulatedServer server(shape);
  server.Overload(load, seconds(300));
  Overloaded out;
  for (int i = 0; i < kPieces; ++i) {
    out.yield += server.Overload(load, seconds(5)) / kPieces;
    out.limit += static_cast<double>(load.limit()) / kPieces;
  }
  return out;
}

struct Learnable {
  ServerShape shape;
  double yield;  // of what the server can do
};
class LearnedLimit : public testing::TestWithParam<Learnable> {};

TEST_P(LearnedLimit, YieldsWhatTheServerCanDoWithoutALongQueueInside) {
  const auto& [shape, yield] = GetParam();
  const auto workers = static_cast<double>(shape.workers);
  ServerLoad load(50);
  const Overloaded overloaded = Overload(shape, load);
  EXPECT_GT(overloaded.yield, yield * workers / shape.mean);
  EXPECT_LE(overloaded.limit, 2 * workers + 2);
}
INSTANTIATE_TEST_SUITE_P(
    Each, LearnedLimit,
    testing::Values(Learnable{{1, 0.1, 0.3}, 0.88}, Learnable{{2, 0.05, 1}, 0.88},
                    Learnable{{4, 0.2, 0}, 0.88}, Learnable{{12, 0.1, 0.7}, 0.88},
                    Learnable{{12, 2, 1}, 0.88}, Learnable{{30, 0.5, 0.5}, 0.88},
                    Learnable{{12, 0.02, 1.2}, 0.88}));

// Three in ten hang: fewer requests at a time would not help, and cost the others their answers.
TEST(ConcurrencyLimit, IsNotReducedForRequestsThatHang) {
  ServerLoad load(50);
  Overload({.workers = 50, .mean = 0.1, .spread = 0.5, .hanging = 0.3}, load);
  EXPECT_GE(load.limit(), 16U);
}

// Ten times slower from one moment to the next, and well again: it keeps up with both.
TEST(ConcurrencyLimit, FollowsAServerThatChanges) {
  ServerLoad load(50);
  SimulatedServer server({.workers = 12, .mean = 0.1, .spread = 0.5});
  server.Overload(load, seconds(100));
  server.set_mean(1);
  server.Overload(load, seconds(60));
  EXPECT_GT(server.Overload(load, seconds(200)), 0.8 * 12);
  server.set_mean(0.1);
  server.Overload(load, seconds(20));
  EXPECT_GT(server.Overload(load, seconds(100)), 0.8 * 120);
}

TEST(ConcurrencyLimit, BeginsLowAgainAfterARestart) {
  ServerLoad load(50);
  SimulatedServer server({.workers = 12, .mean = 0.1, .spread = 0.5});
  server.Overload(load, seconds(100));
  const size_t before = load.limit();
  load.Restart();
  EXPECT_EQ(load.limit(), 4U);
  server.Overload(load, seconds(20));
  EXPECT_GE(2 * load.limit(), before);
}

// A server that is always full, on which each request takes a second.
class FullServer {
 public:
  explicit FullServer(ConcurrencyLimit& limit) : limit_(limit) {}
  void Run(int results, bool good) {
    for (int i = 0; i < results; ++i) {
      now_ += std::chrono::milliseconds(1000 / limit_.limit());
      limit_.Ended(now_ - seconds(1), now_, good);
    }
  }
  // The end of one that was asked long before.
  void EndOld() { limit_.Ended(now_ - seconds(50), now_, true); }

 private:
  ConcurrencyLimit& limit_;
  TimePoint now_{seconds(1000)};
};

// Up to half of what it was, two levels with each round that goes well; then as carefully as ever.
TEST(ConcurrencyLimit, DoublesAfterARestart) {
  ConcurrencyLimit limit(200);
  FullServer server(limit);
  server.Run(2000, true);
  ASSERT_GE(limit.limit(), 60U);
  limit.Restart();
  ASSERT_EQ(limit.limit(), 4U);
  server.Run(60, true);
  EXPECT_GE(limit.limit(), 20U);
  limit.Restart();
  server.Run(1, false);
  server.Run(32, true);
  EXPECT_LE(limit.limit(), 8U) << "a failure ends the fast start";
}

// What was asked at another level says nothing of this one.
TEST(ConcurrencyLimit, PassesOverAsManyAsBeganAtAnotherLevel) {
  ConcurrencyLimit limit(200);
  FullServer server(limit);
  server.Run(4 + 4, true);
  ASSERT_EQ(limit.limit(), 8U);
  for (int i = 0; i < 8; ++i) server.EndOld();
  server.Run(8, true);
  EXPECT_GT(limit.limit(), 8U) << "the old ones would have made it look worse";
}

TEST(ConcurrencyLimit, StaysWithinItsBounds) {
  for (const size_t most : {1U, 2U, 3U, 5U, 1000U}) {
    ConcurrencyLimit limit(most);
    FullServer server(limit);
    for (int i = 0; i < 10000; ++i) {
      server.Run(1, i % 7 != 0);
      EXPECT_GE(limit.limit(), 1U);
      EXPECT_LE(limit.limit(), most);
    }
  }
}

// Without demand nothing is learned, and nothing is lost.
TEST(ConcurrencyLimit, DoesNotChangeBelowIt) {
  ServerLoad load(50);
  const size_t before = load.limit();
  TimePoint now{};
  for (int i = 0; i < 1000; ++i) {
    load.Begin();
    now += std::chrono::milliseconds(100);
    load.Answered(now, std::chrono::milliseconds(100));
  }
  EXPECT_EQ(load.limit(), before);
}

}  // namespace
}  // namespace spillway
