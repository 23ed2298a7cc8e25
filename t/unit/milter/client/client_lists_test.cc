// SPDX-License-Identifier: BSD-2-Clause
#include "milter/client/client_lists.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(ClientLists, AddressesCountOnlyInsideTheInternalNetworks) {
  Config config;
  config.clients.internal = {"10.0.0.0/8"};
  config.clients.cannot_retry = {"10.1.0.0/16", "192.0.2.0/24"};
  config.clients.cannot_retry_users = {"copier"};
  const ClientLists lists(config);
  EXPECT_TRUE(lists.Internal(*Ip::Parse("10.2.3.4")));
  EXPECT_TRUE(lists.CannotRetry(*Ip::Parse("10.1.3.4"), ""));
  EXPECT_FALSE(lists.CannotRetry(*Ip::Parse("10.2.3.4"), ""));
  EXPECT_FALSE(lists.CannotRetry(*Ip::Parse("192.0.2.1"), ""));
  EXPECT_TRUE(lists.CannotRetry(*Ip::Parse("192.0.2.1"), "copier"));
  EXPECT_FALSE(lists.CannotRetry(*Ip::Parse("10.1.3.4"), "ann")) << "a person at a device's desk";
}

TEST(ClientLists, NothingIsListedByDefault) {
  EXPECT_FALSE(ClientLists().Internal(*Ip::Parse("127.0.0.1")));
}

}  // namespace
}  // namespace spillway
