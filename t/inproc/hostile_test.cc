// SPDX-License-Identifier: BSD-2-Clause
// Nothing a stranger sends makes the filter crash, miss its budget or take more memory than it may.
// The filter is whole, its inspector the real one.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "milter/check/attachment_policy.h"
#include "t/inproc/daemon.h"
#include "t/rig/hostile.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBudget{2000};
constexpr uint64_t kScanSize = 2 << 20;
constexpr uint64_t kMemory = 4 * kScanSize + (8 << 20);

constexpr std::string_view kRules =
    "[[rule]]\nname = \"a\"\nheader = [\"*: gift\"]\n[[rule]]\nname = \"b\"\nbody = [\"(a+)+b\"]\n";

void Configure(Config& config) {
  config.budget.max_scan_size.value = kScanSize;
  config.checks.Of<AttachmentsOptions>().on = true;
  config.inspector.program = std::filesystem::absolute("build/release/spillway-inspector");
  static const TempDir dir;
  dir.Write("rules", std::string(kRules));
  const auto errors =
      ReadConfig("[rules]\nenabled = true\nfile = \"" + (dir / "rules") + "\"", "test", config);
  if (!errors.empty()) throw std::runtime_error(errors.front());
  config.content.shadow = false;
}

// Of a process, in octets: "VmHWM" is the most it ever had, "VmRSS" what it has.
uint64_t Memory(pid_t pid, const std::string& what) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    uint64_t kib = 0;
    if (word == what + ":" && status >> kib) return kib * 1024;
  }
  return 0;
}

// What the filter and its inspectors take more at most, while something is done.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t pid) : pids_(Children(pid)) {
    pids_.push_back(pid);
    for (const pid_t each : pids_) {
      std::ofstream("/proc/" + std::to_string(each) + "/clear_refs") << "5";
      before_ += Memory(each, "VmRSS");
    }
  }
  uint64_t More() const {
    uint64_t peak = 0;
    for (const pid_t each : pids_) peak += Memory(each, "VmHWM");
    return peak > before_ ? peak - before_ : 0;
  }

 private:
  std::vector<pid_t> pids_;
  uint64_t before_ = 0;
};

class Hostile : public ::testing::Test {
 protected:
  void RunAll(const std::vector<std::vector<HostileCase>>& families) {
    Warm();
    size_t count = 0;
    for (const auto& family : families) {
      count += family.size();
      for (const HostileCase& each : family) RunOne(each);
    }
    EXPECT_GE(count, 60U);
    const std::string log = daemon_.log();
    EXPECT_NE(InsertedResults(daemon_.Negotiated().Send(SmallMail())), "");
    EXPECT_EQ(daemon_.Stop(), 0) << log;
  }

 private:
  // Inspectors are there, and memory that is only taken once.
  void Warm() {
    MilterMail mail = SmallMail();
    mail.body = std::string(kScanSize, 'a');
    for (int i = 0; i < 4; ++i) daemon_.Negotiated().Send(mail);
  }

  void RunOne(const HostileCase& each) {
    const MemoryWatch memory(daemon_.pid());
    MilterClient client = daemon_.Negotiated();
    client.SendUntilEnd(each.mail);
    const auto start = std::chrono::steady_clock::now();
    const MilterReply reply = client.EndOfMessage("Q");
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_NE(reply.command, 0) << each.name << ": no verdict\n" << daemon_.log();
    EXPECT_LT(took, kBudget + milliseconds(1000)) << each.name;
    if (kInstrumented) return;
    EXPECT_LT(memory.More(), kMemory) << each.name;
  }

  Daemon daemon_{{.budget = kBudget, .dns_timeout = milliseconds(200), .configure = Configure}};
};

TEST_F(Hostile, NothingHurts) {
  RunAll({HostileNesting(), HostileBoundaries(), HostileEncodings(), HostileHeaders(),
          HostileBodies(), HostileArchives()});
}

}  // namespace
}  // namespace spillway
