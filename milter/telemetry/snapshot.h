// SPDX-License-Identifier: BSD-2-Clause
// The format of the telemetry file: shared memory that spillway-milter writes and spillway-policyd
// reads. This header is all that the writer and the reader have in common.
//
// Life of a file: the writer makes it under another name, fills the preamble, and renames it over
// the old one, so a path always leads to a whole file. A new writer means a new inode and
// generation + 1; a reader that finds another inode at the path maps the new file. A writer that is
// killed leaves records that can still be read; its in-flight slots disappear with the file. The
// reader trusts nothing in it.
//
// All times are CLOCK_MONOTONIC nanoseconds. All atomics are lock-free, hence address-free.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "milter/telemetry/ring.h"

namespace spillway::telemetry {

constexpr uint64_t kMagic = 0x5941574c4c495053;  // the bytes "SPILLWAY"
constexpr uint32_t kVersion = 7;
constexpr size_t kMaxChecks = 16;
constexpr size_t kNameSize = 16;
constexpr size_t kWaitSize = 64;
constexpr uint8_t kProbeClass = 3;  // a canned message of spillway-policyd, not mail
constexpr size_t kSlots = 4096;
constexpr size_t kQueueCapacity = 16384;
constexpr size_t kMaxServers = 64;

enum class Verdict : uint8_t { kAccept = 0, kTempfail = 1, kReject = 2 };

// One for every message that got a verdict.
struct Record {
  int64_t start = 0;           // the budget's start: end of message less the time already spent
  int64_t end = 0;             // the verdict
  uint32_t queue_wait_us = 0;  // in the CPU pool's and the inspector's queues, in all
  Verdict verdict = Verdict::kAccept;
  uint8_t client_class = 0;  // spillway::ClientClass, or kProbeClass
  uint8_t size_bucket = 0;   // log2 of the size in KiB: 0 is under 1 KiB, 1 under 2 KiB, ...
  uint8_t late = 0;          // 1 when any check was late, or a scanner could not be asked
  uint16_t late_mask = 0;    // bit i: check i
  uint16_t check_count = 0;
  std::array<uint32_t, kMaxChecks> check_us{};  // time spent in and waited for check i
  std::array<char, kWaitSize> waits_for{};      // what the first late check waited for, NUL-ended
  // Of the SMTP dialogue: from the connect, or the message before, to the end of this message, less
  // what the filter took of it.
  uint32_t dialogue_ms = 0;
  uint32_t mail = 0;                 // MailHash() of MAIL FROM and the first recipient
  std::array<uint8_t, 16> client{};  // Ip::Mapped()
};
static_assert(std::is_trivially_copyable_v<Record>);
static_assert(sizeof(Record) == 184);

// A message on which the filter is working: 0 is a free slot, else the message's start.
using Slot = std::atomic<int64_t>;
static_assert(Slot::is_always_lock_free && sizeof(Slot) == 8);

// What the filter counts since its start. The names, units and texts that people see stand in
// policy/serve/metrics_table.cc.
enum class Counter : uint8_t {
  kMessages,
  kLateMessages,
  kTempfailed,
  kReduced,         // went without a check, in a brownout
  kUnscanned,       // a content check did not look, or not at all of it
  kRecordsDropped,  // the queue was full: nobody reads
  kSlotsMissed,     // more in flight than kSlots
  kSessions,        // gauge: open MTA connections
  kConnections,
  kDnsHits,  // these six: copies of ResolverCounters, refreshed with the heartbeat
  kDnsJoined,
  kDnsAsked,
  kDnsTimeouts,
  kDnsFailures,
  kDnsLimited,
};
constexpr size_t kCounters = 15;
using Counters = std::array<std::atomic<uint64_t>, kCounters>;
static_assert(sizeof(Counters) == kCounters * 8);

// A server of a scanner. The names are constant once the row is counted in Region::servers.
struct ServerRow {
  std::array<char, kNameSize> check{};
  std::array<char, kWaitSize> name{};
  std::atomic<uint32_t> limit, in_flight, owed, waiting, late_permille, asked;
};

struct Preamble {
  uint64_t magic = kMagic;
  uint32_t version = kVersion;
  uint32_t size = 0;  // of the whole Region
  uint64_t generation = 0;
  int64_t started = 0;
  int64_t budget_ns = 0;
  int32_t pid = 0;
  uint32_t check_count = 0;
  std::array<std::array<char, kNameSize>, kMaxChecks> check_names{};
};
static_assert(std::is_trivially_copyable_v<Preamble>);

using Queue = Ring<Record, kQueueCapacity>;

struct Region {
  Preamble preamble;                           // written before the rename, constant afterwards
  alignas(64) std::atomic<int64_t> heartbeat;  // last sign of life, several times a second
  alignas(64) Counters counters;
  alignas(64) std::atomic<uint64_t> advice;  // of spillway-policyd; the reader writes it
  alignas(64) std::array<Slot, kSlots> in_flight;
  alignas(64) std::atomic<uint32_t> servers;  // rows in use of the following
  std::array<ServerRow, kMaxServers> server_rows;
  alignas(64) Queue records;
};

}  // namespace spillway::telemetry
