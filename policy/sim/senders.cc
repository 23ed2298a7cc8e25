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

Ip Address4(uint32_t value) {
  const std::array<uint8_t, 4> bytes = {
      static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
      static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
  return Ip::FromBytes4(bytes.data());
}

HostKind KindOf(size_t index) {
  constexpr std::array<HostKind, 4> kMix = {HostKind::kPostfix, HostKind::kExchange,
                                            HostKind::kPostfix, HostKind::kFixed};
  return kMix[index % kMix.size()];
}

}  // namespace

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
    case HostKind::kFixed:
    case HostKind::kDevice:
      break;
  }
  return kFixedRetry;
}

std::vector<Host> MakeHosts(size_t devices, size_t mtas) {
  constexpr uint32_t kDevices = 0x0a010000;  // 10.1.0.0
  constexpr uint32_t kServers = 0xc6120000;  // 198.18.0.0, benchmarking (RFC 2544)
  std::vector<Host> hosts(devices + mtas);
  for (size_t i = 0; i < hosts.size(); ++i) {
    const bool device = i < devices;
    const auto number = static_cast<uint32_t>(device ? i : i - devices);
    hosts[i].kind = device ? HostKind::kDevice : KindOf(number);
    hosts[i].address = Address4(device ? kDevices + 1 + number : kServers + number * 256 + 25);
    if (hosts[i].kind != HostKind::kPostfix) hosts[i].window = kMaxWindow;
  }
  return hosts;
}

}  // namespace spillway::sim
