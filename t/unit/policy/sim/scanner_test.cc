// SPDX-License-Identifier: BSD-2-Clause
#include "policy/sim/scanner.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace spillway::sim {
namespace {

// Messages that come at a steady rate, each with 2 s of patience.
class SimulatedScanner : public ::testing::Test {
 protected:
  explicit SimulatedScanner(int64_t workers = 2, double service = 0.1) {
    scenario_.workers = workers;
    scenario_.service_mean = service;
    scenario_.service_sigma = 0.2;
  }
  void Run(double per_second, double seconds, bool insists = true) {
    Scanner scanner(agenda_, scenario_, random_, [this](uint64_t message, Scanner::Outcome out) {
      ++counts_[out];
      open_.erase(message);
    });
    scanner_ = &scanner;
    const double end = seconds;
    for (double at = 0; at < end; at += 1 / per_second) {
      agenda_.RunUntil(at);
      const uint64_t message = ++last_;
      open_.insert(message);
      scanner.Ask(message, {.deadline = at + 2, .rank = LineRank::kOthers, .insists = insists});
      if (open_.contains(message)) agenda_.At<&SimulatedScanner::Late>(at + 2, this, message);
    }
    agenda_.RunUntil(end + 10);
  }
  void Late(uint64_t message) {
    if (open_.erase(message) == 0) return;
    ++late_;
    scanner_->Late(message);
  }
  double Share(Scanner::Outcome outcome) {
    return static_cast<double>(counts_[outcome]) / static_cast<double>(last_);
  }

  Scenario scenario_;
  Agenda agenda_;
  std::mt19937_64 random_{1};
  Scanner* scanner_ = nullptr;
  std::set<uint64_t> open_;
  std::map<Scanner::Outcome, int> counts_;
  uint64_t last_ = 0;
  int late_ = 0;
};

TEST_F(SimulatedScanner, ScansWhatFits) {
  Run(10, 60);
  EXPECT_DOUBLE_EQ(Share(Scanner::Outcome::kScanned), 1);
}

// Twice of what it can do: the half that fits is scanned, and the rest leaves at once.
TEST_F(SimulatedScanner, WhatDoesNotFitLeavesAtOnce) {
  Run(40, 120);
  EXPECT_NEAR(Share(Scanner::Outcome::kScanned), 0.5, 0.1);
  EXPECT_GT(Share(Scanner::Outcome::kBusy), 0.3);
  EXPECT_LT(late_, 0.1 * static_cast<double>(last_));
}

// Nobody waits for a scanner that hangs, except a probe now and then.
TEST_F(SimulatedScanner, HangingScannerIsNotAsked) {
  scenario_.faults.push_back(
      {.at = std::chrono::seconds(10), .length = std::chrono::seconds(60), .hang = true});
  Run(10, 120, false);
  EXPECT_GT(Share(Scanner::Outcome::kDown), 0.4);
  EXPECT_GT(Share(Scanner::Outcome::kScanned), 0.35);
  EXPECT_LT(late_, 60);
}

}  // namespace
}  // namespace spillway::sim
