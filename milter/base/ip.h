// SPDX-License-Identifier: BSD-2-Clause
// IPv4 and IPv6 addresses and CIDR blocks. IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2)
// are folded to IPv4 on the way in, so that a dual-stack listener and an IPv4 one see the same
// client.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

class Ip {
 public:
  Ip() = default;  // 0.0.0.0

  // Accepts "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; nothing else (no ports, no zones).
  static std::optional<Ip> Parse(std::string_view text);
  // nullopt for anything but AF_INET and AF_INET6.
  static std::optional<Ip> FromSockaddr(const sockaddr* address);
  static Ip FromBytes4(const uint8_t* bytes);
  static Ip FromBytes16(const uint8_t* bytes);

  bool is_v4() const { return v4_; }
  bool loopback() const;  // 127.0.0.0/8, ::1
  int bits() const { return v4_ ? 32 : 128; }
  const uint8_t* bytes() const { return bytes_.data(); }
  // The octets that tell a host from others: four, or eight, because an IPv6 host owns its /64.
  std::string_view HostOctets() const {
    return {reinterpret_cast<const char*>(bytes_.data()), v4_ ? 4U : 8U};
  }
  // IPv4 as IPv6 writes it: ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
  std::array<uint8_t, 16> Mapped() const;
  std::string ToString() const;
  // "1.2.0.192.in-addr.arpa" or the ip6.arpa form, without a final dot (RFC 1035, RFC 3596).
  std::string ReverseName() const;
  // SPF's %{i} form: dotted quad, or 32 dotted nibbles (RFC 7208 section 7.3).
  std::string DottedNibbles() const;
  bool operator==(const Ip&) const = default;

 private:
  bool v4_ = true;
  std::array<uint8_t, 16> bytes_{};
};

class Cidr {
 public:
  Cidr(const Ip& network, int prefix) : network_(network), prefix_(prefix) {}
  // "192.0.2.0/24", "2001:db8::/32", or a plain address.
  static std::optional<Cidr> Parse(std::string_view text);
  // False for an address of the other family.
  bool Contains(const Ip& address) const;

 private:
  Ip network_;
  int prefix_;  // 0..bits()
};

}  // namespace spillway
