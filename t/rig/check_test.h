// SPDX-License-Identifier: BSD-2-Clause
// What a check needs in a test: a fake resolver, a thread pool, and a message.
#pragma once

#include <gtest/gtest.h>

#include "milter/auth/body_hashes.h"
#include "milter/check/registry.h"
#include "t/rig/fake_dns.h"
#include "t/rig/test_log.h"

namespace spillway {

class CheckTest : public testing::Test {
 protected:
  CheckTest() { message_.body_hashes = std::make_shared<BodyHashes>(); }
  // The rest of the body; then it is complete.
  void EndBody(Check& check, std::string_view rest) {
    check.OnBody(rest);
    message_.body_hashes->Update(rest);
    message_.body_hashes->Finish();
    check.OnEnd(Later());
  }
  // A deadline that no test reaches.
  Deadline Later() const { return Deadline(clock_.Now() + std::chrono::seconds(20)); }

  // Over what is configured already.
  void Configure(const std::string& toml) {
    const auto errors = ReadConfig(toml, "test", config_);
    EXPECT_TRUE(errors.empty()) << errors.front();
  }
  std::unique_ptr<CheckType> Make(std::string_view name) const {
    return MakeCheck(name, config_, services_);
  }

  SystemClock clock_;
  FakeDns dns_;
  Config config_;
  Workers workers_{2, 64, clock_};
  ScanLoop scan_loop_;
  KeyCache keys_;
  TestLog log_;
  CheckServices services_{dns_, workers_, clock_, scan_loop_, keys_, log_};
  Message message_;
};

}  // namespace spillway
