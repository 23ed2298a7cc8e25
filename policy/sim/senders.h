// SPDX-License-Identifier: BSD-2-Clause
// The other side of the gateway: office devices that try once, people who submit mail, and mail
// servers with the retry schedules, concurrency windows and dead-destination rules that real ones
// have; bots that never come back, and clients that only hold a connection.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "policy/law/clients.h"

namespace spillway::sim {

using MessageId = uint64_t;  // in a Pool

enum class HostKind : uint8_t {
  kDevice,
  kUser,
  kPostfix,
  kExchange,
  kFixed,
  kBot,
  kIdle,
  kPrinter
};

// Whom a host belongs to, for counting.
// Printers are devices that nobody has listed.
enum class Group : uint8_t { kDevices, kUsers, kServers, kBots, kIdle, kPrinters };
constexpr size_t kGroups = 6;

struct Mail {
  uint32_t host = 0;
  uint32_t attempts = 0;
  int knocks = 0;  // SYNs of this attempt that met a full backlog
  double born = 0;
  double attempt_start = 0;
  bool delayed = false;  // refused or failed at least once
};

// One sending host. `window` is Postfix's concurrency window (SCHEDULER_README): +1/N for a
// success, -1/N for a refused session. Below 1, the destination is dead for a while.
struct Host {
  HostKind kind = HostKind::kDevice;
  Ip address;
  std::string user;  // of a kUser
  double window = 5;
  uint32_t active = 0;  // connections under way
  double dead_until = 0;
  std::deque<MessageId> ready;  // may be tried as soon as the window allows
  uint32_t offered = 0, served = 0;

  Group group() const;
  // Comes again by itself.
  bool retries() const { return group() == Group::kServers; }
  // May another connection be opened now?
  bool MayConnect(double now) const {
    return !retries() || (now >= dead_until && active < static_cast<uint32_t>(window));
  }
  ClientId id() const { return {.address = address, .user = user}; }
  void Succeeded();
  // A refused or failed session; the destination may be dead afterwards.
  void SessionFailed(double now);
};

// Seconds after which `mail` is tried again.
double RetryDelay(HostKind kind, const Mail& mail, double now);

// All hosts, in the order of their groups: those of a group are next to each other.
class Hosts {
 public:
  explicit Hosts(size_t servers);
  Host& operator[](size_t number) { return hosts_[number]; }
  const std::vector<Host>& all() const { return hosts_; }
  // One of a group; `pick` is any number.
  uint32_t Pick(Group group, uint64_t pick) const;

 private:
  void Add(Group group, size_t count);
  struct Range {
    size_t first = 0, count = 0;
  };
  std::vector<Host> hosts_;
  std::array<Range, kGroups> ranges_{};
};

}  // namespace spillway::sim
