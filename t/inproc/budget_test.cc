// SPDX-License-Identifier: BSD-2-Clause
// The promise: a message leaves the filter at its budget plus scheduling slack, whatever DNS does.
#include <gtest/gtest.h>

#include <thread>

#include "milter/telemetry/reader.h"
#include "t/inproc/daemon.h"
#include "t/rig/dkim_vectors.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSlack{kInstrumented ? 1000 : 50};

// Signed by somebody whose name servers, like those of the sender, say nothing. Every message has
// names of its own, so that no cache helps.
MilterMail Unanswerable(int number) {
  MilterMail mail;
  const std::string domain = "d" + std::to_string(number) + ".silent.example";
  mail.from = "<user@" + domain + ">";
  mail.helo = "helo." + domain;
  std::string signature = vectors::kRfc8463Ed25519;
  signature.replace(signature.find("d=football.example.com"), 22, "d=" + domain);
  signature.replace(signature.find("i=@football.example.com"), 23, "i=@" + domain);
  mail.headers.emplace_back("DKIM-Signature", signature);
  for (const HeaderField& field : vectors::SharedFields())
    mail.headers.emplace_back(field.name, field.value);
  mail.body = vectors::kBody;
  return mail;
}

struct Measured {
  std::atomic<int> in_time{0};
  std::atomic<int> late_named{0};
  std::atomic<int64_t> worst_ms{0};
};

void SendMany(const Daemon& daemon, int client, int messages, milliseconds limit,
              Measured& measured) {
  MilterClient connection = daemon.Negotiated();
  for (int i = 0; i < messages; ++i) {
    connection.SendUntilEnd(Unanswerable(client * 1000 + i));
    const auto start = std::chrono::steady_clock::now();
    const MilterReply reply = connection.EndOfMessage("Q");
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    if (reply.command == 'c' && took <= limit) ++measured.in_time;
    const std::string results = InsertedResults(reply);
    const bool spf = results.find("spf=temperror reason=\"late: ") != std::string::npos;
    const bool dkim = results.find("dkim=temperror reason=\"late: ") != std::string::npos;
    if (spf && dkim) ++measured.late_named;
    for (int64_t worst = measured.worst_ms; took.count() > worst;) {
      if (measured.worst_ms.compare_exchange_weak(worst, took.count())) break;
    }
  }
}

TEST(Budget, EveryVerdictComesInTimeWithEveryNameServerSilent) {
  constexpr int kClients = 32;
  constexpr int kMessages = 20;
  constexpr milliseconds kBudget{1000};
  DnsServer dns;
  Daemon daemon({.budget = kBudget, .dns = dns.endpoint()});
  dns.Load("@silent example\n");  // after the fork
  daemon.Negotiated().Send(Unanswerable(0));
  const int threads = daemon.threads();
  const int descriptors = daemon.descriptors();
  Measured measured;
  std::vector<std::thread> clients;
  for (int i = 1; i <= kClients; ++i) {
    clients.emplace_back([&, i] { SendMany(daemon, i, kMessages, kBudget + kSlack, measured); });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(measured.in_time, kClients * kMessages) << "worst " << measured.worst_ms << " ms";
  EXPECT_EQ(measured.late_named, kClients * kMessages);
  TelemetryReader reader(daemon.telemetry());
  ASSERT_TRUE(reader.Refresh());
  EXPECT_EQ(reader.Value(telemetry::Counter::kLateMessages), kClients * kMessages + 1U);
  EXPECT_TRUE(reader.InFlight().empty());
  // libmilter's workers go when they have been idle for a while.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(40);
  while ((daemon.threads() > threads || daemon.descriptors() > descriptors) &&
         std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_LE(daemon.threads(), threads);
  EXPECT_LE(daemon.descriptors(), descriptors);
  EXPECT_EQ(daemon.Stop(), 0) << daemon.log();
}

TEST(Budget, NamesThatAnswerAreJudgedWhileOthersAreSilent) {
  DnsServer dns;
  const Daemon daemon({.budget = milliseconds(500), .dns = dns.endpoint()});
  dns.Load("@silent silent.example\ngood.example TXT v=spf1 ip4:192.0.2.1 -all\n");
  MilterMail mail = Unanswerable(7);
  mail.from = "<user@good.example>";
  const std::string results = InsertedResults(daemon.Negotiated().Send(mail));
  EXPECT_NE(results.find("spf=pass smtp.mailfrom=user@good.example"), std::string::npos) << results;
  EXPECT_NE(results.find("dkim=temperror"), std::string::npos) << results;
}

TEST(Budget, SlowUploadIsTheClientsTime) {
  const Daemon daemon({.budget = milliseconds(300), .make_checks = SleepyChecks(milliseconds(0))});
  MilterClient client = daemon.Negotiated();
  client.SendUntilEnd(SmallMail());
  std::this_thread::sleep_for(milliseconds(600));  // the upload itself, not a wait for something
  EXPECT_NE(InsertedResults(client.EndOfMessage("Q")).find("plan=pass"), std::string::npos);
}

}  // namespace
}  // namespace spillway
