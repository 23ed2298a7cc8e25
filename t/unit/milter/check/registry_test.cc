// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/registry.h"

#include "t/rig/check_test.h"

namespace spillway {
namespace {

class Registry : public CheckTest {};

TEST_F(Registry, EnabledChecksInRunningOrder) {
  Config& config = config_;
  const auto names = [&] {
    std::vector<std::string> out;
    for (const auto& check : MakeChecks(config, services_)) out.emplace_back(check->name());
    return out;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"auth", "spf", "dkim", "arc", "dmarc"}));
  Configure("[spf]\nenabled = false");
  EXPECT_EQ(names(), (std::vector<std::string>{"auth", "dkim", "arc"}));
  Configure("[rspamd]\nenabled = true\n[clamd]\nenabled = true");
  EXPECT_EQ(names(), (std::vector<std::string>{"auth", "dkim", "arc", "clamd", "rspamd"}));
}

}  // namespace
}  // namespace spillway
