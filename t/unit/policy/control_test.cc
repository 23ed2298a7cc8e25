// SPDX-License-Identifier: BSD-2-Clause
#include "policy/control.h"

#include <gtest/gtest.h>

#include "policy/serve/reply.h"
#include "t/rig/fake_clock.h"
#include "t/rig/temp_dir.h"
#include "t/rig/test_log.h"

namespace spillway {
namespace {

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    config_.telemetry.file = dir_ / "telemetry";
    config_.admission.state_dir = dir_ / "";
    config_.admission.probe = false;
    config_.milter.socket = "fd:9";  // nothing to probe
    policyd_.emplace(io_, config_, 100, clock_, log_);
  }
  std::string Run(const std::string& command) { return RunCommand(command, *policyd_, {}); }

  TempDir dir_;
  Config config_;
  FakeClock clock_;
  TestLog log_;
  boost::asio::io_context io_;
  std::optional<Policyd> policyd_;
};

TEST_F(ControlTest, StatusHasTheLawsState) {
  const std::string status = Run("status");
  EXPECT_NE(status.find("admission=healthy\n"), std::string::npos) << status;
  EXPECT_NE(status.find("filter=absent\n"), std::string::npos) << status;
}

TEST_F(ControlTest, OrdersAreTakenAndSaid) {
  EXPECT_EQ(Run("shed hold 20 600"), "ordered=hold 20% for 600 s\n");
  EXPECT_TRUE(policyd_->shedder().limited());
  EXPECT_NE(Run("status").find("admission_order=hold\n"), std::string::npos);
  EXPECT_EQ(Run("shed open 60"), "ordered=open for 60 s\n");
  EXPECT_FALSE(policyd_->shedder().limited());
  EXPECT_EQ(Run("shed auto"), "ordered=auto\n");
  EXPECT_NE(Run("journal").find("hold 20% for 600 s"), std::string::npos);
  EXPECT_NE(log_.lines().back().find("ordered by spillwayctl: auto"), std::string::npos);
}

TEST_F(ControlTest, BadWordsAreRefusedWithTheReason) {
  for (const char* command :
       {"", "sheds", "shed", "shed hold", "shed hold 0 60", "shed hold 101 60", "shed hold 20",
        "shed open", "shed open 1e9", "shed open nan", "explain", "clients x"}) {
    EXPECT_TRUE(Run(command).starts_with("error=")) << command;
  }
  EXPECT_FALSE(policyd_->shedder().limited());
}

TEST_F(ControlTest, ClientsAndExplain) {
  PolicyRequest request;
  request.attributes = {
      {"protocol_state", "CONNECT"}, {"client_address", "192.0.2.1"}, {"client_port", "1"}};
  EXPECT_EQ(policyd_->Answer(request), kReplyDunno);
  EXPECT_NE(Run("clients 10").find("192.0.2.1=T3 not seen before; good on 0 days"),
            std::string::npos);
  EXPECT_NE(Run("explain 192.0.2.1").find("good_days=0\n"), std::string::npos);
  EXPECT_NE(Run("explain 192.0.2.2").find("now=would be admitted\n"), std::string::npos);
  EXPECT_NE(Run("explain ann").find("tier=T1 authenticated\n"), std::string::npos);
}

TEST_F(ControlTest, WhatWasLearnedOutlivesTheDaemon) {
  PolicyRequest request;
  request.attributes = {
      {"protocol_state", "CONNECT"}, {"client_address", "192.0.2.1"}, {"client_port", "1"}};
  policyd_->Answer(request);
  policyd_->Stop();
  policyd_.reset();
  policyd_.emplace(io_, config_, 100, clock_, log_);
  EXPECT_NE(Run("explain 192.0.2.1").find("good_days=0\n"), std::string::npos);
}

TEST_F(ControlTest, DamagedMemoryIsSaidAndForgotten) {
  policyd_.reset();
  dir_.Write("memory", "garbage");
  policyd_.emplace(io_, config_, 100, clock_, log_);
  EXPECT_NE(log_.lines().back().find("damaged"), std::string::npos);
  EXPECT_EQ(Run("clients 5"), "");
}

}  // namespace
}  // namespace spillway
