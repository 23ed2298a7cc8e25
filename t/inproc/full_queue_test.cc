// SPDX-License-Identifier: BSD-2-Clause
// With a full queue nothing is waited for: the verdict comes at once, and names the checks.
#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <future>
#include <thread>

#include "milter/check/attachment_policy.h"
#include "t/inproc/daemon.h"
#include "t/rig/dkim_vectors.h"

namespace spillway {
namespace {

using std::chrono::seconds;

constexpr seconds kBudget{30};
constexpr seconds kAtOnce{10};  // generous, and far from the budget

std::string Inserted(const MilterReply& reply, const std::string& name) {
  for (const HeaderEdit& edit : reply.edits) {
    if (edit.name == name) return edit.value;
  }
  return {};
}

MilterMail SignedMail() {
  MilterMail mail;
  mail.headers.emplace_back("DKIM-Signature", vectors::kRfc8463Ed25519);
  for (const HeaderField& field : vectors::SharedFields())
    mail.headers.emplace_back(field.name, field.value);
  mail.body = vectors::kBody;
  return mail;
}

void ReadRules(const TempDir& dir, const std::string& rules, Config& config) {
  dir.Write("rules", rules);
  const auto errors =
      ReadConfig("[rules]\nenabled = true\nfile = \"" + (dir / "rules") + "\"", "test", config);
  if (!errors.empty()) throw std::runtime_error(errors.front());
}

// The checks as they are, behind a pool whose threads never end what they are at.
CheckTypes BehindAFullPool(const Config& config, const CheckServices& services) {
  const auto cost = std::make_shared<MessageCost>();
  static std::promise<void> never;
  static const std::shared_future<void> forever = never.get_future().share();
  // The one thread is busy before the queue is filled: it takes nothing out any more.
  static std::promise<void> busy;
  const bool first = services.workers.Submit(
      [] {
        busy.set_value();
        forever.wait();
      },
      cost);
  if (!first) throw std::runtime_error("the pool takes no job");
  busy.get_future().wait();
  while (services.workers.Submit([] { forever.wait(); }, cost)) {
  }
  return MakeChecks(config, services);
}

TEST(FullQueue, OfTheCpuPoolIsNotWaitedFor) {
  const TempDir dir;
  DnsServer dns;
  const Daemon daemon({.budget = kBudget,
                       .dns = dns.endpoint(),
                       .make_checks = BehindAFullPool,
                       .configure = [&dir](Config& config) {
                         config.workers.threads = 1;
                         config.workers.queue = 4;
                         ReadRules(dir, "[[rule]]\nname = \"a\"\nfrom = 'x'\n", config);
                       }});
  // After the fork. The delay: an answer that is there at once needs no thread of the pool.
  dns.Load("@delay example.org 500\n");
  MilterClient client = daemon.Negotiated();
  client.SendUntilEnd(SignedMail());
  const auto start = std::chrono::steady_clock::now();
  const MilterReply reply = client.EndOfMessage("Q");
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  EXPECT_EQ(reply.command, 'c');
  EXPECT_EQ(Inserted(reply, "X-Spillway-Rules"), " waiting for a free core");
  const std::string log = daemon.log();
  for (const char* part : {"spf=temperror/", "(the queue for CPU work is full)", " dkim=late/",
                           "(waiting for a free core)", "late=dkim,rules"})
    EXPECT_NE(log.find(part), std::string::npos) << part << " in " << log;
}

TEST(FullQueue, OfTheInspectorIsNotWaitedFor) {
  constexpr size_t kClients = 8;
  constexpr size_t kStuck = 4;  // at most: one at the inspector, the others in the queue
  const TempDir dir;
  dir.Write("inspector", "#!/bin/sh\nexec sleep 60\n");
  std::filesystem::permissions(dir / "inspector", std::filesystem::perms(0700));
  const Daemon daemon({.budget = kBudget, .configure = [&dir](Config& config) {
                         config.checks.Of<AttachmentsOptions>().on = true;
                         config.inspector.program = dir / "inspector";
                         config.inspector.processes = 1;
                         config.inspector.processor_time = kBudget;
                         config.workers.queue = 1;
                       }});
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<MilterReply> replies;
  std::vector<std::thread> clients;
  for (size_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      MilterClient client = daemon.Negotiated();
      client.SendUntilEnd(SignedMail());
      MilterReply reply = client.EndOfMessage("Q");
      const std::lock_guard lock(mutex);
      replies.push_back(std::move(reply));
      changed.notify_all();
    });
  }
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, kAtOnce, [&] {
      return replies.size() >= kClients - kStuck;
    })) << replies.size();
    for (const MilterReply& reply : replies) {
      EXPECT_EQ(reply.command, 'c');
      EXPECT_EQ(Inserted(reply, "X-Spillway-Attachments"),
                " unscanned (the queue for the inspector is full)");
    }
  }
  daemon.Signal(SIGKILL);  // the others go on waiting
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace spillway
