// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/fair_line.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
const TimePoint kStart{seconds(100)};

class FairLineTest : public testing::Test {
 protected:
  bool Push(const std::string& client) {
    return line_.Push(client, [] {});
  }
  // The clients of the next jobs, each of which takes so long.
  std::string Order(Duration each) {
    std::string out;
    for (FairLine::Next next = line_.Take(now_); next.job; next = line_.Take(now_)) {
      out += next.client;
      now_ += each;
      line_.Charge(next.client, each, now_);
    }
    return out;
  }

  FairLine line_{40};
  TimePoint now_ = kStart;
};

TEST_F(FairLineTest, ClientsTakeTurns) {
  for (const char* client : {"a", "a", "a", "b", "b", "c"}) EXPECT_TRUE(Push(client));
  EXPECT_EQ(Order(milliseconds(100)), "abcaba");
}

TEST_F(FairLineTest, WhoHasTakenMuchWaits) {
  line_.Charge("a", seconds(5), now_);
  for (const char* client : {"a", "b", "b", "b", "b"}) Push(client);
  EXPECT_EQ(Order(milliseconds(100)), "bbbba");
}

TEST_F(FairLineTest, WhatWasLongAgoIsForgotten) {
  line_.Charge("a", seconds(5), now_);
  now_ += seconds(200);
  for (const char* client : {"b", "a", "b"}) Push(client);
  EXPECT_EQ(Order(milliseconds(100)), "bab");
}

TEST_F(FairLineTest, OneClientCannotFillIt) {
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Push("a"));
  EXPECT_FALSE(Push("a"));
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(Push(std::to_string(i)));
  EXPECT_FALSE(Push("z"));
}

TEST_F(FairLineTest, OfOneClientInOrder) {
  std::string order;
  for (const char c : {'1', '2', '3'}) line_.Push("a", [&order, c] { order += c; });
  for (int i = 0; i < 3; ++i) line_.Take(now_).job();
  EXPECT_EQ(order, "123");
  EXPECT_FALSE(line_.Take(now_).job);
}

}  // namespace
}  // namespace spillway
