// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/senders.h"

#include <gtest/gtest.h>

namespace spillway::sim {
namespace {

TEST(Senders, DevicesThenServersWithNetworksOfTheirOwn) {
  const std::vector<Host> hosts = MakeHosts(2, 8);
  ASSERT_EQ(hosts.size(), 10U);
  EXPECT_EQ(hosts[0].address.ToString(), "10.1.0.1");
  EXPECT_FALSE(hosts[0].retries());
  EXPECT_EQ(hosts[2].address.ToString(), "198.18.0.25");
  EXPECT_EQ(hosts[3].address.ToString(), "198.18.1.25");
  EXPECT_EQ(hosts[2].kind, HostKind::kPostfix);
}

// SCHEDULER_README: refused sessions shrink the window, and in the end the destination is dead.
TEST(Senders, PostfixDestinationDiesAndIsTriedAgain) {
  Host host{.kind = HostKind::kPostfix};
  EXPECT_TRUE(host.MayConnect(0));
  for (int i = 0; i < 30 && host.dead_until == 0; ++i) host.SessionFailed(100);
  EXPECT_DOUBLE_EQ(host.dead_until, 400);
  EXPECT_FALSE(host.MayConnect(399));
  EXPECT_TRUE(host.MayConnect(400));
}

TEST(Senders, WindowGrowsWithSuccessUpToTwenty) {
  Host host{.kind = HostKind::kPostfix};
  for (int i = 0; i < 1000; ++i) host.Succeeded();
  EXPECT_NEAR(host.window, 20, 0.01);
  host.active = 20;
  EXPECT_FALSE(host.MayConnect(0));
}

TEST(Senders, PostfixWaitsAsLongAsTheMessageIsOld) {
  const Mail young{.host = 0, .born = 0};
  EXPECT_NEAR(RetryDelay(HostKind::kPostfix, young, 10), 300, 300);
  EXPECT_GE(RetryDelay(HostKind::kPostfix, young, 2000), 2000);
  EXPECT_LE(RetryDelay(HostKind::kPostfix, young, 90000), 4300);
}

TEST(Senders, ExchangeTriesQuicklyAtFirst) {
  EXPECT_DOUBLE_EQ(RetryDelay(HostKind::kExchange, {.attempts = 1}, 0), 60);
  EXPECT_DOUBLE_EQ(RetryDelay(HostKind::kExchange, {.attempts = 5}, 0), 300);
  EXPECT_DOUBLE_EQ(RetryDelay(HostKind::kExchange, {.attempts = 50}, 0), 900);
}

}  // namespace
}  // namespace spillway::sim
