// SPDX-License-Identifier: BSD-2-Clause
#include "milter/libmilter/macro_guard.h"

#include <gtest/gtest.h>

#include "t/rig/milter_client.h"

namespace spillway {
namespace {

std::string Macros(std::string_view data) {
  return MilterClient::Packet('D', data);
}

// Does it let the packets through, in pieces of every size?
bool Passes(const std::string& packets) {
  size_t passed = 0;
  for (size_t piece = 1; piece <= packets.size(); ++piece) {
    MacroGuard guard;
    bool good = true;
    for (size_t at = 0; at < packets.size() && good; at += piece)
      good = guard.Pass(std::string_view(packets).substr(at, piece));
    passed += good ? 1 : 0;
  }
  EXPECT_TRUE(passed == 0 || passed == packets.size()) << passed << " of " << packets.size();
  return passed > 0;
}

std::string Strings(std::initializer_list<std::string_view> all) {
  std::string out = "M";
  for (const std::string_view each : all) out += std::string(each) + '\0';
  return out;
}

TEST(MacroGuard, PairsPass) {
  EXPECT_TRUE(Passes(Macros("M")));
  EXPECT_TRUE(Passes(Macros(Strings({"i", "Q"}))));
  EXPECT_TRUE(Passes(Macros(Strings({"i", "", "{auth_authen}", "ann"}))));
  EXPECT_TRUE(Passes(Macros(Strings({"i", "Q"})) + MilterClient::Packet('M', Strings({"<a>"})) +
                     Macros(Strings({"j", "x"})) + MilterClient::Packet('E', "")));
}

TEST(MacroGuard, ANameWithoutAValueDoesNot) {
  EXPECT_FALSE(Passes(Macros(Strings({"i"}))));
  EXPECT_FALSE(Passes(Macros(Strings({"i", "Q", "j"}))));
  EXPECT_FALSE(Passes(Macros(Strings({"i", "Q"}) + "j")));
  EXPECT_FALSE(Passes(Macros(Strings({"i", "Q"})) + Macros(Strings({"i"}))));
}

TEST(MacroGuard, OtherPacketsAreNoneOfItsBusiness) {
  EXPECT_TRUE(Passes(MilterClient::Packet('L', Strings({"Subject", " x", "y"}))));
  EXPECT_TRUE(Passes(MilterClient::Packet('B', "no end")));
  EXPECT_FALSE(Passes(std::string(4, '\0')));  // not even a command
}

}  // namespace
}  // namespace spillway
