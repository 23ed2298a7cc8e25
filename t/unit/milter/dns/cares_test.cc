// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/cares.h"

#include <gtest/gtest.h>

#include <future>

#include "milter/base/clock.h"
#include "t/rig/dns_server.h"

namespace spillway {
namespace {

constexpr std::chrono::milliseconds kTimeout{1500};

class CaresTest : public testing::Test {
 protected:
  std::future<DnsAnswer> Start(const std::string& name, RrType type) {
    auto promise = std::make_shared<std::promise<DnsAnswer>>();
    cares_.Query({name, type},
                 [promise](DnsAnswer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  }
  DnsAnswer Query(const std::string& name, RrType type) { return Start(name, type).get(); }

  DnsServer server_;
  Cares cares_{{{server_.endpoint()}, kTimeout}};
};

TEST_F(CaresTest, AnswersOfEveryType) {
  server_.Load(
      "a.example A 192.0.2.1\na.example AAAA 2001:db8::1\na.example MX 10 mx.example\n"
      "1.2.0.192.in-addr.arpa PTR a.example\na.example TXT v=spf1 -all\n");
  EXPECT_EQ(Query("a.example", RrType::kA).addresses.at(0).ToString(), "192.0.2.1");
  EXPECT_EQ(Query("a.example", RrType::kAaaa).addresses.at(0).ToString(), "2001:db8::1");
  EXPECT_EQ(Query("a.example", RrType::kMx).names.at(0), "mx.example");
  EXPECT_EQ(Query("1.2.0.192.in-addr.arpa", RrType::kPtr).names.at(0), "a.example");
  EXPECT_EQ(Query("a.example", RrType::kTxt).texts.at(0), "v=spf1 -all");
}

TEST_F(CaresTest, NoDataNxdomainAndServfailAreToldApart) {
  server_.Load("a.example A 192.0.2.1\n@servfail broken.example\n");
  EXPECT_EQ(Query("a.example", RrType::kTxt).status, DnsStatus::kNoData);
  EXPECT_EQ(Query("b.example", RrType::kTxt).status, DnsStatus::kNxdomain);
  EXPECT_EQ(Query("broken.example", RrType::kTxt).status, DnsStatus::kServfail);
  EXPECT_EQ(Query(std::string(64, 'x') + ".example", RrType::kTxt).status, DnsStatus::kNxdomain);
}

TEST_F(CaresTest, CnameIsFollowed) {
  server_.Load("a.example CNAME b.other\nb.other A 192.0.2.7\n");
  EXPECT_EQ(Query("a.example", RrType::kA).addresses.at(0).ToString(), "192.0.2.7");
}

TEST_F(CaresTest, CnameLoopIsAFailure) {
  server_.Load("a.example CNAME b.example\nb.example CNAME a.example\n");
  EXPECT_TRUE(Query("a.example", RrType::kA).failed());
}

TEST_F(CaresTest, TruncatedAnswerIsAskedAgainByTcp) {
  server_.Load("@truncate big.example\nbig.example TXT " + std::string(3000, 'x') + "\n");
  const DnsAnswer answer = Query("big.example", RrType::kTxt);
  ASSERT_EQ(answer.texts.size(), 1U);
  EXPECT_EQ(answer.texts[0].size(), 3000U);
  EXPECT_GE(server_.tcp_queries(), 1U);
}

TEST_F(CaresTest, SilenceEndsAtTheTimeout) {
  server_.Load("@silent dead.example\n");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Query("dead.example", RrType::kA).status, DnsStatus::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kTimeout + std::chrono::seconds(2));
}

// libunbound and c-ares with its defaults go dark here: one sender's silent servers must not make
// the resolver look dead.
TEST_F(CaresTest, AfterHundredsOfBlackHolesGoodNamesAnswerAtOnce) {
  std::string zone = "@silent dead.example\n";
  for (int i = 0; i < 20; ++i) zone += "g" + std::to_string(i) + ".good.example A 192.0.2.1\n";
  server_.Load(zone);
  std::vector<std::future<DnsAnswer>> dead;
  for (int i = 0; i < 320; ++i)
    dead.push_back(Start("n" + std::to_string(i) + ".dead.example", RrType::kTxt));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10; ++i) {
      const auto start = std::chrono::steady_clock::now();
      EXPECT_TRUE(
          Query("g" + std::to_string(round * 10 + i) + ".good.example", RrType::kA).positive());
      // Milliseconds in truth; the slack is for a busy machine, and far under any retry interval.
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(250));
    }
    for (auto& answer : dead) {
      if (round == 0) {
        EXPECT_EQ(answer.get().status, DnsStatus::kTimeout);
      }
    }
  }
}

TEST(Cares, DestructionAnswersWhatIsInFlight) {
  DnsServer server;
  server.Load("@silent dead.example\n");
  std::promise<DnsStatus> status;
  {
    Cares cares({{server.endpoint()}, std::chrono::seconds(30)});
    cares.Query({"dead.example", RrType::kA},
                [&](const DnsAnswer& answer) { status.set_value(answer.status); });
  }
  EXPECT_EQ(status.get_future().get(), DnsStatus::kTimeout);
}

}  // namespace
}  // namespace spillway
