// SPDX-License-Identifier: BSD-2-Clause
#include "milter/dns/wire.h"

#include <gtest/gtest.h>

#include <sstream>

namespace spillway {

using namespace std::string_literals;
namespace {

std::string U16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 255)};
}

std::string Name(const std::string& dotted) {
  std::string out;
  std::istringstream labels(dotted);
  for (std::string label; std::getline(labels, label, '.');)
    out += static_cast<char>(label.size()) + label;
  return out + '\0';
}

std::string Rr(const std::string& name, unsigned type, unsigned ttl, const std::string& data) {
  return Name(name) + U16(type) + U16(1) + U16(ttl >> 16) + U16(ttl & 0xffff) +
         U16(static_cast<unsigned>(data.size())) + data;
}

struct Reply {
  unsigned rcode = 0;
  std::vector<std::string> answers;
  std::vector<std::string> authority;
};

ParsedResponse Parse(const DnsQuestion& question, const Reply& reply) {
  std::string bytes = U16(1) + U16(0x8180U | reply.rcode) + U16(1) +
                      U16(static_cast<unsigned>(reply.answers.size())) +
                      U16(static_cast<unsigned>(reply.authority.size())) + U16(0);
  bytes += Name(question.name) + U16(static_cast<unsigned>(question.type)) + U16(1);
  for (const auto& rr : reply.answers) bytes += rr;
  for (const auto& rr : reply.authority) bytes += rr;
  return ParseResponse(question, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

const DnsQuestion kA{"a.example", RrType::kA};

TEST(Wire, AddressesAndTheSmallestTtl) {
  const auto parsed = Parse(kA, {0,
                                 {Rr("a.example", 1, 300, "\xc0\x00\x02\x01"s),
                                  Rr("a.example", 1, 60, "\xc0\x00\x02\x02"s)},
                                 {}});
  ASSERT_EQ(parsed.answer.status, DnsStatus::kOk);
  ASSERT_EQ(parsed.answer.addresses.size(), 2U);
  EXPECT_EQ(parsed.answer.addresses[1].ToString(), "192.0.2.2");
  EXPECT_EQ(parsed.answer.ttl, 60U);
}

TEST(Wire, StringsOfOneTxtRecordAreJoined) {
  const auto parsed =
      Parse({"a.example", RrType::kTxt}, {0, {Rr("a.example", 16, 1, "\3abc\2de"s)}, {}});
  EXPECT_EQ(parsed.answer.texts, (std::vector<std::string>{"abcde"}));
}

TEST(Wire, MxComesByPreference) {
  const auto parsed =
      Parse({"a.example", RrType::kMx}, {0,
                                         {Rr("a.example", 15, 1, U16(20) + Name("B.example")),
                                          Rr("a.example", 15, 1, U16(10) + Name("c.example"))},
                                         {}});
  EXPECT_EQ(parsed.answer.names, (std::vector<std::string>{"c.example", "b.example"}));
}

TEST(Wire, CnameIsFollowedInsideTheResponse) {
  const auto parsed = Parse(
      kA, {0,
           {Rr("a.example", 5, 9, Name("b.example")), Rr("b.example", 1, 60, "\xc0\x00\x02\x01"s)},
           {}});
  EXPECT_EQ(parsed.answer.status, DnsStatus::kOk);
  EXPECT_EQ(parsed.answer.ttl, 9U);
  EXPECT_EQ(parsed.follow, "");
}

TEST(Wire, CnameThatLeadsOutsideIsToBeFollowed) {
  EXPECT_EQ(Parse(kA, {0, {Rr("a.example", 5, 9, Name("b.other"))}, {}}).follow, "b.other");
}

TEST(Wire, CnameLoopEnds) {
  const auto parsed = Parse(
      kA, {0,
           {Rr("a.example", 5, 9, Name("b.example")), Rr("b.example", 5, 9, Name("a.example"))},
           {}});
  EXPECT_EQ(parsed.answer.status, DnsStatus::kServfail);
}

TEST(Wire, RecordsOfOtherNamesAreNotTaken) {
  const auto parsed = Parse(kA, {0, {Rr("evil.example", 1, 60, "\xc0\x00\x02\x01"s)}, {}});
  EXPECT_TRUE(parsed.answer.addresses.empty());
}

TEST(Wire, NegativeTtlIsTheSmallerOfSoaAndItsMinimum) {
  const std::string soa = Name("ns.example") + Name("h.example") + U16(0) + U16(1) + U16(0) +
                          U16(1) + U16(0) + U16(1) + U16(0) + U16(1) + U16(0) + U16(30);
  const auto parsed = Parse(kA, {3, {}, {Rr("example", 6, 900, soa)}});
  EXPECT_EQ(parsed.answer.status, DnsStatus::kNxdomain);
  EXPECT_EQ(parsed.answer.ttl, 30U);
}

TEST(Wire, EmptyAnswerIsNoData) {
  EXPECT_EQ(Parse(kA, {0, {}, {}}).answer.status, DnsStatus::kNoData);
}

TEST(Wire, OtherRcodesAreFailures) {
  for (const unsigned rcode : {1U, 2U, 5U})
    EXPECT_EQ(Parse(kA, {rcode, {}, {}}).answer.status, DnsStatus::kServfail);
}

TEST(Wire, TruncatedBytesAreAFailureNotACrash) {
  const std::string whole = Rr("a.example", 1, 300, "\xc0\x00\x02\x01"s);
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    const auto parsed = Parse(kA, {0, {whole.substr(0, cut)}, {}});
    EXPECT_FALSE(parsed.answer.positive()) << cut;
  }
}

TEST(Wire, NamesThatCannotBeAsked) {
  EXPECT_EQ(QueryName("example.org"), "example.org");
  EXPECT_EQ(QueryName("a\\b.example"), "a\\\\b.example");
  EXPECT_EQ(QueryName("a..example"), "");
  EXPECT_EQ(QueryName(std::string(64, 'a') + ".example"), "");
  EXPECT_EQ(QueryName(std::string("a\0b.example", 11)), "");
}

}  // namespace
}  // namespace spillway
