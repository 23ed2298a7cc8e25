// SPDX-License-Identifier: BSD-2-Clause
// The checks' interface to DNS: ask, and get the answer at once (cached) or by a callback. Ask()
// never blocks; a check that must wait for an answer waits until the message's deadline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/ip.h"

namespace spillway {

enum class RrType : uint16_t { kA = 1, kCname = 5, kPtr = 12, kMx = 15, kTxt = 16, kAaaa = 28 };
std::string_view RrTypeName(RrType type);

struct DnsQuestion {
  std::string name;  // lower case, without a final dot
  RrType type = RrType::kA;
  bool operator==(const DnsQuestion&) const = default;
  bool operator<(const DnsQuestion& other) const {
    return name != other.name ? name < other.name : type < other.type;
  }
};

enum class DnsStatus : uint8_t {
  kOk,        // at least one record
  kNoData,    // the name exists, the type does not
  kNxdomain,  // also for names that cannot exist (a label over 63 octets)
  kServfail,  // any other answer, or one that does not parse
  kTimeout,   // no answer within [dns] timeout
  kLimited,   // not asked: the caps on questions in flight are reached
};

struct DnsAnswer {
  DnsStatus status = DnsStatus::kServfail;
  std::vector<Ip> addresses;       // A, AAAA
  std::vector<std::string> names;  // MX by preference; PTR. Lower case, without final dots
  std::vector<std::string> texts;  // TXT, the strings of one record joined (RFC 7208 section 3.3)
  uint32_t ttl = 0;                // seconds; of a negative answer by RFC 2308

  bool positive() const { return status == DnsStatus::kOk; }
  // An empty answer, which RFC 7208 section 4.6.4 calls a void look-up.
  bool empty() const { return status == DnsStatus::kNoData || status == DnsStatus::kNxdomain; }
  bool failed() const { return !positive() && !empty(); }
};
using DnsAnswerPtr = std::shared_ptr<const DnsAnswer>;

class Resolver {
 public:
  using Callback = std::function<void(const DnsAnswerPtr&)>;
  virtual ~Resolver() = default;

  // Returns the answer when it is known now; `done` is then never called. Otherwise returns null
  // and calls `done` exactly once, from another thread, at the latest when [dns] timeout has
  // passed; the callback must be short. `owner` is the domain on whose behalf we ask, for the cap
  // per domain.
  virtual DnsAnswerPtr Ask(const DnsQuestion& question, std::string_view owner, Callback done) = 0;
};

}  // namespace spillway
