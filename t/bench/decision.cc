// SPDX-License-Identifier: BSD-2-Clause
// decision: what one decision of the admission law takes of the CPU while it sheds, for clients
// that are known and for strangers, beside a round trip to an empty policy server, of which it is a
// part. Medians of the thread's CPU time in one run.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "policy/law/shedder.h"
#include "t/rig/cpu_time.h"

namespace spillway {
namespace {

constexpr int kBatch = 1000;

double Nanoseconds(const std::function<void()>& step) {
  constexpr size_t kRounds = 301;
  const auto batch = [&step] {
    for (int i = 0; i < kBatch; ++i) step();
  };
  return MedianMicroseconds(batch, kRounds) * 1000 / kBatch;
}

Ip Client(uint32_t number) {
  const std::array<uint8_t, 4> bytes = {
      static_cast<uint8_t>(198), static_cast<uint8_t>(number >> 16),
      static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  return Ip::FromBytes4(bytes.data());
}

double Decision(uint32_t clients) {
  Shedder shedder({.budget = 20, .slots = 100}, {}, {});
  TimePoint now = TimePoint() + std::chrono::hours(1);
  shedder.Order({.mode = OverrideMode::kHold, .until = now + std::chrono::hours(9)});
  uint32_t number = 0;
  return Nanoseconds([&] {
    now += std::chrono::milliseconds(1);
    shedder.Admit({.address = Client(++number % clients)}, 90, now, 1'700'000'000 + number / 1000);
  });
}

// Two threads would make it longer: here one end writes and reads for both.
double RoundTrip() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return 0;
  std::array<char, 400> request{};  // what Postfix sends is about as long
  const double out = Nanoseconds([&] {
    for (const size_t end : {0U, 1U}) {
      const bool passed = write(ends[end], request.data(), request.size()) > 0 &&
                          read(ends[1 - end], request.data(), request.size()) > 0;
      if (!passed) std::abort();
    }
  });
  close(ends[0]);
  close(ends[1]);
  return out;
}

void Run() {
  const double trip = RoundTrip();
  for (const uint32_t clients : {1000U, 1000000U}) {
    const double decision = Decision(clients);
    std::printf("%7u clients: %5.0f ns a decision, %.2f of the system calls for one (%.0f ns)\n",
                clients, decision, decision / trip, trip);
  }
}

}  // namespace
}  // namespace spillway

int main() {
  spillway::Run();
  return 0;
}
