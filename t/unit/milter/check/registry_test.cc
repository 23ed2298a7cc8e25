// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"

#include <gtest/gtest.h>

#include "t/rig/fake_dns.h"

namespace spillway {
namespace {

TEST(Registry, EnabledChecksInRunningOrder) {
  const SystemClock clock;
  FakeDns dns;
  Workers workers(1, 16, clock);
  Config config;
  const auto names = [&] {
    std::vector<std::string> out;
    for (const auto& check : MakeChecks(config, {dns, workers, clock}))
      out.emplace_back(check->name());
    return out;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"auth", "spf", "dkim", "arc", "dmarc"}));
  config.spf.enabled = false;
  EXPECT_EQ(names(), (std::vector<std::string>{"auth", "dkim", "arc"}));
}

}  // namespace
}  // namespace spillway
