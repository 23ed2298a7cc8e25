// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/senders.h"

#include <gtest/gtest.h>

namespace spillway::sim {
namespace {

TEST(Senders, DevicesThenServersWithNetworksOfTheirOwn) {
  Hosts hosts(8);
  Host& device = hosts[hosts.Pick(Group::kDevices, 0)];
  EXPECT_EQ(device.address.ToString(), "10.1.0.1");
  EXPECT_FALSE(device.retries());
  EXPECT_EQ(hosts[hosts.Pick(Group::kDevices, 200)].address, device.address);
  Host& server = hosts[hosts.Pick(Group::kServers, 1)];
  EXPECT_TRUE(server.retries());
  EXPECT_EQ(server.kind, HostKind::kExchange);
  EXPECT_NE(server.address.HostOctets().substr(0, 3),
            hosts[hosts.Pick(Group::kServers, 2)].address.HostOctets().substr(0, 3));
  EXPECT_EQ(hosts[hosts.Pick(Group::kUsers, 7)].id().user, "user7");
  const Host& printer = hosts[hosts.Pick(Group::kPrinters, 0)];
  EXPECT_EQ(printer.address.ToString(), "10.2.0.1");
  EXPECT_FALSE(printer.retries());
}

TEST(Senders, EachGroupIsItsOwn) {
  Hosts hosts(8);
  for (const Group group : {Group::kDevices, Group::kUsers, Group::kServers, Group::kBots,
                            Group::kIdle, Group::kPrinters}) {
    for (const uint64_t pick : {0ULL, 1ULL, 12345678901ULL})
      EXPECT_EQ(hosts[hosts.Pick(group, pick)].group(), group);
  }
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
