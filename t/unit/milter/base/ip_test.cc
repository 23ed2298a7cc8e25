// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/ip.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>

namespace spillway {
namespace {

TEST(Ip, ParsesBothFamiliesAndNothingElse) {
  EXPECT_EQ(Ip::Parse("192.0.2.1")->ToString(), "192.0.2.1");
  EXPECT_EQ(Ip::Parse("2001:DB8::1")->ToString(), "2001:db8::1");
  for (const char* bad :
       {"", "192.0.2", "192.0.2.1:25", "192.0.2.256", "fe80::1%eth0", "[::1]", "host"}) {
    EXPECT_FALSE(Ip::Parse(bad)) << bad;
  }
}

TEST(Ip, MappedAddressesBecomeIpv4) {
  const auto mapped = Ip::Parse("::ffff:192.0.2.1");
  ASSERT_TRUE(mapped);
  EXPECT_TRUE(mapped->is_v4());
  EXPECT_EQ(*mapped, *Ip::Parse("192.0.2.1"));
}

// RFC 4291 section 2.5.5.2.
TEST(Ip, AllAddressesHaveASixteenOctetForm) {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "0.0.0.0", "::"}) {
    const Ip ip = Ip::Parse(text).value();
    EXPECT_EQ(Ip::FromBytes16(ip.Mapped().data()), ip) << text;
  }
  const std::array<uint8_t, 16> expected = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  EXPECT_EQ(Ip::Parse("192.0.2.1")->Mapped(), expected);
}

TEST(Ip, ReverseNames) {
  EXPECT_EQ(Ip::Parse("192.0.2.1")->ReverseName(), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(Ip::Parse("2001:db8::567:89ab")->ReverseName(),
            "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(Ip, UnknownSockaddrIsNothing) {
  sockaddr address{};
  address.sa_family = AF_UNIX;
  EXPECT_FALSE(Ip::FromSockaddr(&address));
  EXPECT_FALSE(Ip::FromSockaddr(nullptr));
}

TEST(Cidr, ContainsByPrefix) {
  const auto net = Cidr::Parse("192.0.2.0/25");
  ASSERT_TRUE(net);
  EXPECT_TRUE(net->Contains(*Ip::Parse("192.0.2.127")));
  EXPECT_FALSE(net->Contains(*Ip::Parse("192.0.2.128")));
  EXPECT_FALSE(net->Contains(*Ip::Parse("2001:db8::1")));
  EXPECT_TRUE(Cidr::Parse("0.0.0.0/0")->Contains(*Ip::Parse("203.0.113.9")));
  EXPECT_TRUE(Cidr::Parse("2001:db8::/33")->Contains(*Ip::Parse("2001:db8:7fff::1")));
  EXPECT_FALSE(Cidr::Parse("2001:db8::/33")->Contains(*Ip::Parse("2001:db8:8000::1")));
}

TEST(Cidr, BadOnesAreRefused) {
  for (const char* bad : {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "::/129", "host/8", "/8"}) {
    EXPECT_FALSE(Cidr::Parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace spillway
