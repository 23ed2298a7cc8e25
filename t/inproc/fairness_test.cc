// SPDX-License-Identifier: BSD-2-Clause
// Three clients send what is dear to take apart, and keep every inspector busy. A fourth must not
// get a program in because of that, and others' ordinary mail must not suffer.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "milter/check/attachment_policy.h"
#include "t/inproc/daemon.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

void Configure(Config& config) {
  static const TempDir dir;
  dir.Write("rules", "[[rule]]\nname = \"a\"\nbody = [\"gift card\"]\n");
  const auto errors = ReadConfig(
      "[attachments]\nenabled = true\n[content]\nshadow = false\n"
      "[inspector]\nprocesses = 1\n[rules]\nenabled = true\nfile = \"" +
          (dir / "rules") + "\"",
      "test", config);
  if (!errors.empty()) throw std::runtime_error(errors.front());
  config.inspector.program = std::filesystem::absolute("build/release/spillway-inspector");
}

MilterMail DearMail() {
  MilterMail mail = SmallMail();
  mail.headers.emplace_back("Content-Type", " message/rfc822");
  while (mail.body.size() < 80000) mail.body += "A:\r\n";
  return mail;
}

MilterMail ProgramMail() {
  MilterMail mail = SmallMail();
  mail.client = "203.0.113.9";
  mail.headers.emplace_back("Content-Disposition", " attachment; filename=setup.exe");
  return mail;
}

// Send without end, from one address each.
class BusyClients {
 public:
  explicit BusyClients(const Daemon& daemon) {
    for (int client = 0; client < 3; ++client) {
      for (int connection = 0; connection < 8; ++connection)
        threads_.emplace_back([this, &daemon, client] { Send(daemon, client); });
    }
  }
  ~BusyClients() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Send(const Daemon& daemon, int client) {
    MilterMail mail = DearMail();
    mail.client = "198.51.100." + std::to_string(client + 1);
    MilterClient connection = daemon.Negotiated();
    while (!over_) connection.Send(mail);
  }

  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

TEST(Fairness, NobodyGetsAProgramInBecauseOthersKeepUsBusy) {
  const Daemon daemon({.configure = Configure});
  const BusyClients busy(daemon);
  MilterClient program = daemon.Negotiated();
  MilterClient others = daemon.Negotiated();
  int let_in = 0;
  int served = 0;
  for (int i = 0; i < 50; ++i) {
    const char verdict = program.Send(ProgramMail()).command;
    let_in += verdict == 'c' || verdict == 'a' ? 1 : 0;
    MilterMail mail = SmallMail();
    mail.client = "192.0.2." + std::to_string(i + 1);
    served += others.Send(mail).command == 'c' ? 1 : 0;
  }
  EXPECT_EQ(let_in, 0);
  if (!kInstrumented) EXPECT_GE(served, 40);  // with a plain queue 3
}

}  // namespace
}  // namespace spillway
