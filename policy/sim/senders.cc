// SPDX-License-Identifier: BSD-2-Clause
// Constants: postconf(5) and SCHEDULER_README for Postfix, Microsoft's documentation for Exchange.
#include "policy/sim/senders.h"

#include <algorithm>
#include <cmath>

namespace spillway::sim {

namespace {

constexpr double kMaxWindow = 20;        // default_destination_concurrency_limit
constexpr double kMinimalBackoff = 300;  // minimal_backoff_time
constexpr double kMaximalBackoff = 4000;
constexpr double kQueueRun = 300;  // queue_run_delay, without jitter
constexpr double kFixedRetry = 600;
constexpr double kIdleAgain = 30;

Ip Address4(uint32_t value) {
  const std::array<uint8_t, 4> bytes = {
      static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
      static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
  return Ip::FromBytes4(bytes.data());
}

HostKind KindOf(Group group, size_t index) {
  constexpr std::array<HostKind, 4> kMix = {HostKind::kPostfix, HostKind::kExchange,
                                            HostKind::kPostfix, HostKind::kFixed};
  constexpr std::array<HostKind, kGroups> kKinds = {HostKind::kDevice,  HostKind::kUser,
                                                    HostKind::kPostfix, HostKind::kBot,
                                                    HostKind::kIdle,    HostKind::kPrinter};
  return group == Group::kServers ? kMix[index % kMix.size()] : kKinds[static_cast<size_t>(group)];
}

// Networks of their own: devices in 10.1.0.0/16, all others in 198.18.0.0/15 (RFC 2544) and above,
// a /24 for each.
Ip AddressOf(Group group, uint32_t index) {
  constexpr uint32_t kDevices = 0x0a010001;   // 10.1.0.1
  constexpr uint32_t kPrinters = 0x0a020001;  // 10.2.0.1
  constexpr uint32_t kOthers = 0xc6120019;    // 198.18.0.25
  constexpr uint32_t kApart = 0x01000000;     // from group to group
  if (group == Group::kDevices) return Address4(kDevices + index);
  if (group == Group::kPrinters) return Address4(kPrinters + index);
  return Address4(kOthers + kApart * static_cast<uint32_t>(group) + index * 256);
}

}  // namespace

Group Host::group() const {
  switch (kind) {
    case HostKind::kDevice:
      return Group::kDevices;
    case HostKind::kUser:
      return Group::kUsers;
    case HostKind::kBot:
      return Group::kBots;
    case HostKind::kIdle:
      return Group::kIdle;
    case HostKind::kPrinter:
      return Group::kPrinters;
    case HostKind::kPostfix:
    case HostKind::kExchange:
    case HostKind::kFixed:
      break;
  }
  return Group::kServers;
}

void Host::Succeeded() {
  if (kind == HostKind::kPostfix) window = std::min(kMaxWindow, window + 1 / std::max(1.0, window));
}

void Host::SessionFailed(double now) {
  if (kind != HostKind::kPostfix) return;
  window -= 1 / std::max(1.0, window);
  if (window >= 1) return;
  window = 5;
  dead_until = now + kMinimalBackoff;
}

double RetryDelay(HostKind kind, const Mail& mail, double now) {
  switch (kind) {
    case HostKind::kPostfix: {
      const double due = now + std::clamp(now - mail.born, kMinimalBackoff, kMaximalBackoff);
      // Each host's queue runs have a phase of their own.
      const double phase = static_cast<double>(mail.host * 37 % 300);
      return std::ceil((due - phase) / kQueueRun) * kQueueRun + phase - now;
    }
    case HostKind::kExchange:
      return mail.attempts <= 4 ? 60 : mail.attempts <= 10 ? 300 : 900;
    case HostKind::kIdle:
      return kIdleAgain;
    default:
      return kFixedRetry;
  }
}

Hosts::Hosts(size_t servers) {
  constexpr size_t kDevices = 200;
  constexpr size_t kUsers = 100;
  constexpr size_t kBots = 20000;
  constexpr size_t kIdle = 1000;
  constexpr size_t kPrinters = 20;
  Add(Group::kDevices, kDevices);
  Add(Group::kUsers, kUsers);
  Add(Group::kServers, servers);
  Add(Group::kBots, kBots);
  Add(Group::kIdle, kIdle);
  Add(Group::kPrinters, kPrinters);
}

void Hosts::Add(Group group, size_t count) {
  ranges_[static_cast<size_t>(group)] = {hosts_.size(), count};
  for (size_t i = 0; i < count; ++i) {
    Host& host = hosts_.emplace_back();
    host.kind = KindOf(group, i);
    host.address = AddressOf(group, static_cast<uint32_t>(i));
    if (group == Group::kUsers) host.user = "user" + std::to_string(i);
    if (host.kind != HostKind::kPostfix) host.window = kMaxWindow;
  }
}

uint32_t Hosts::Pick(Group group, uint64_t pick) const {
  const Range& range = ranges_[static_cast<size_t>(group)];
  return static_cast<uint32_t>(range.first + pick % range.count);
}

}  // namespace spillway::sim
