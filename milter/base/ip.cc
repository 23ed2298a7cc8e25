// SPDX-License-Identifier: BSD-2-Clause
// Parsing goes through inet_pton: it takes exactly the forms we want and no octal surprises.
#include "milter/base/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace spillway {

namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::string_view kHex = "0123456789ABCDEF";

}  // namespace

Ip Ip::FromBytes4(const uint8_t* bytes) {
  Ip ip;
  std::copy_n(bytes, 4, ip.bytes_.begin());
  return ip;
}

Ip Ip::FromBytes16(const uint8_t* bytes) {
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes)) return FromBytes4(bytes + 12);
  Ip ip;
  ip.v4_ = false;
  std::copy_n(bytes, 16, ip.bytes_.begin());
  return ip;
}

bool Ip::loopback() const {
  return v4_ ? bytes_[0] == 127 : IN6_IS_ADDR_LOOPBACK(bytes_.data());
}

std::array<uint8_t, 16> Ip::Mapped() const {
  if (!v4_) return bytes_;
  std::array<uint8_t, 16> out{};
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out.begin());
  std::copy_n(bytes_.begin(), 4, out.begin() + 12);
  return out;
}

std::optional<Ip> Ip::Parse(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof(buffer)) return std::nullopt;
  std::copy(text.begin(), text.end(), buffer);
  uint8_t bytes[16];
  if (inet_pton(AF_INET, buffer, bytes) == 1) return FromBytes4(bytes);
  if (inet_pton(AF_INET6, buffer, bytes) == 1) return FromBytes16(bytes);
  return std::nullopt;
}

std::optional<Ip> Ip::FromSockaddr(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof(in));
    return FromBytes4(reinterpret_cast<const uint8_t*>(&in.sin_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof(in));
    return FromBytes16(in.sin6_addr.s6_addr);
  }
  return std::nullopt;
}

std::string Ip::ToString() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof(buffer));
  return buffer;
}

std::string Ip::DottedNibbles() const {
  if (v4_) return ToString();
  std::string out;
  for (const uint8_t byte : bytes_) {
    if (!out.empty()) out += '.';
    out += kHex[byte >> 4];
    out += '.';
    out += kHex[byte & 15];
  }
  return out;
}

std::string Ip::ReverseName() const {
  std::string out;
  if (v4_) {
    for (int i = 3; i >= 0; --i) out += std::to_string(bytes_[static_cast<size_t>(i)]) + '.';
    return out + "in-addr.arpa";
  }
  const std::string nibbles = DottedNibbles();
  out.assign(nibbles.rbegin(), nibbles.rend());
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out + ".ip6.arpa";
}

std::optional<Cidr> Cidr::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto ip = Ip::Parse(text.substr(0, slash));
  if (!ip) return std::nullopt;
  if (slash == std::string_view::npos) return Cidr(*ip, ip->bits());
  const std::string_view digits = text.substr(slash + 1);
  int prefix = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (prefix < 0 || prefix > ip->bits()) return std::nullopt;
  return Cidr(*ip, prefix);
}

bool Cidr::Contains(const Ip& address) const {
  if (address.is_v4() != network_.is_v4()) return false;
  const auto whole = static_cast<size_t>(prefix_ / 8);
  if (!std::equal(network_.bytes(), network_.bytes() + whole, address.bytes())) return false;
  const int rest = prefix_ % 8;
  if (rest == 0) return true;
  return ((network_.bytes()[whole] ^ address.bytes()[whole]) >> (8 - rest)) == 0;
}

}  // namespace spillway
