// SPDX-License-Identifier: BSD-2-Clause
// A queue of records in which octets are overwritten: by twos where, by eights what.
#include <cstring>
#include <memory>

#include "milter/telemetry/ring.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

using Queue = telemetry::Ring<uint64_t, 64>;

const FuzzTarget kTarget("telemetry", [](std::string_view input) {
  auto queue = std::make_unique<Queue>();
  for (uint64_t i = 0; i < 40; ++i) queue->Push(i);
  for (; input.size() >= 10; input.remove_prefix(10)) {
    uint16_t at = 0;
    std::memcpy(&at, input.data(), sizeof(at));
    std::memcpy(reinterpret_cast<char*>(queue.get()) + at % (sizeof(Queue) - 8), input.data() + 2,
                8);
  }
  uint64_t value = 0;
  for (uint64_t i = 0; i < 100; ++i) queue->Push(i);
  for (int i = 0; i < 100; ++i) queue->Pop(value);
});

}  // namespace
}  // namespace spillway
