// SPDX-License-Identifier: BSD-2-Clause
#include "milter/drop_order.h"

#include <gtest/gtest.h>

#include "conf/config_error.h"

namespace spillway {
namespace {

using Names = std::vector<std::string_view>;

Config Of(const std::string& list) {
  Config config;
  const auto errors = ReadConfig(
      "[[class]]\nname = \"printers\"\nnetworks = [\"10.0.0.0/8\"]\n"
      "[budget]\ndrop_first = " +
          list,
      "test", config);
  EXPECT_TRUE(errors.empty()) << errors.front();
  return config;
}

std::string ErrorOf(const std::string& list) {
  try {
    const DropOrder order(Of(list));
  } catch (const ConfigError& error) {
    return error.errors().front();
  }
  return {};
}

TEST(DropOrder, TheFirstIsDroppedForAllBeforeTheSecondIsForAny) {
  const DropOrder order(Of(R"(["rules", "dnsbl"])"));
  EXPECT_EQ(order.For({}, 0, 0), Names{});
  EXPECT_EQ(order.For({}, 250, 499), Names{"rules"});
  EXPECT_EQ(order.For({}, 250, 500), Names{});
  EXPECT_EQ(order.For({}, 500, 999), Names{"rules"});
  EXPECT_EQ(order.For({}, 750, 499), (Names{"rules", "dnsbl"}));
  EXPECT_EQ(order.For({}, 750, 500), Names{"rules"});
  EXPECT_EQ(order.For({}, 1000, 999), (Names{"rules", "dnsbl"}));
}

TEST(DropOrder, ForAClassOfClientOnly) {
  const DropOrder order(Of(R"(["attachments/internal", "rules/printers"])"));
  Client client;
  EXPECT_EQ(order.For(client, 1000, 0), Names{});
  client.cls = ClientClass::kInternal;
  EXPECT_EQ(order.For(client, 1000, 0), Names{"attachments"});
  client.named = {"printers"};
  EXPECT_EQ(order.For(client, 1000, 0), (Names{"attachments", "rules"}));
}

TEST(DropOrder, AuthenticationIsNeverDropped) {
  for (const char* name :
       {"spf", "dkim", "dmarc", "arc", "auth", "iprev", "sign", "seal", "rule"}) {
    const std::string error = ErrorOf("[\"" + std::string(name) + "\"]");
    EXPECT_NE(error.find("test:5:14: \"" + std::string(name) + "\": no check that can be dropped"),
              std::string::npos)
        << error;
  }
  EXPECT_NE(ErrorOf(R"(["rules/strangers"])").find("no class of client"), std::string::npos);
  EXPECT_EQ(ErrorOf("[]"), "");
}

}  // namespace
}  // namespace spillway
