// SPDX-License-Identifier: BSD-2-Clause
// Mapping and copying; nothing in the file is trusted beyond its checked size and version.
#include "milter/telemetry/reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "milter/base/fd.h"

namespace spillway {

using telemetry::Region;

namespace {

// No index goes out of its array, and every text ends.
void Sanitize(telemetry::Preamble& preamble) {
  preamble.check_count =
      std::min(preamble.check_count, static_cast<uint32_t>(telemetry::kMaxChecks));
  for (auto& name : preamble.check_names) name.back() = '\0';
}

void Sanitize(telemetry::Record& record) {
  constexpr auto kLastVerdict = static_cast<uint8_t>(telemetry::Verdict::kReject);
  constexpr uint8_t kLastBucket = 63;
  record.check_count = std::min(record.check_count, static_cast<uint16_t>(telemetry::kMaxChecks));
  record.waits_for.back() = '\0';
  record.size_bucket = std::min(record.size_bucket, kLastBucket);
  record.client_class = std::min(record.client_class, telemetry::kProbeClass);
  if (static_cast<uint8_t>(record.verdict) > kLastVerdict)
    record.verdict = telemetry::Verdict::kAccept;
}

template <size_t kSize>
std::string TextIn(const std::array<char, kSize>& text) {
  return {text.data(), ::strnlen(text.data(), kSize)};
}

}  // namespace

TelemetryReader::~TelemetryReader() {
  Unmap();
}

void TelemetryReader::Unmap() {
  if (region_ != nullptr) ::munmap(region_, sizeof(Region));
  region_ = nullptr;
}

bool TelemetryReader::Refresh() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    error_ = path_ + ": " + std::strerror(errno);
    return mapped();  // what was mapped stays readable until a new file appears
  }
  if (status.st_ino == inode_) return mapped();  // a damaged one is not mapped again
  const Fd fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
    error_ = path_ + ": " + std::strerror(errno);
    return mapped();
  }
  if (status.st_size != static_cast<off_t>(sizeof(Region))) {
    error_ = path_ + ": not a telemetry file of this version";
    return mapped();
  }
  void* memory = ::mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) {
    error_ = path_ + ": " + std::strerror(errno);
    return mapped();
  }
  auto* region = static_cast<Region*>(memory);
  if (region->preamble.magic != telemetry::kMagic ||
      region->preamble.version != telemetry::kVersion) {
    ::munmap(memory, sizeof(Region));
    error_ = path_ + ": not a telemetry file of this version";
    return mapped();
  }
  Unmap();
  region_ = region;
  preamble_ = region->preamble;
  Sanitize(preamble_);
  inode_ = status.st_ino;
  error_.clear();
  return true;
}

std::vector<telemetry::Record> TelemetryReader::Take(size_t limit) {
  std::vector<telemetry::Record> out;
  while (out.size() < limit) {
    telemetry::Record record;
    const auto taken = region_->records.Pop(record);
    if (taken == telemetry::Queue::Taken::kDamaged) {
      error_ = path_ + ": the queue of records is damaged; restart spillway-milter";
      Unmap();
    }
    if (taken != telemetry::Queue::Taken::kValue) break;
    Sanitize(record);
    out.push_back(record);
  }
  return out;
}

std::vector<int64_t> TelemetryReader::InFlight() const {
  std::vector<int64_t> out;
  for (const telemetry::Slot& slot : region_->in_flight) {
    const int64_t start = slot.load(std::memory_order_acquire);
    if (start != 0) out.push_back(start);
  }
  return out;
}

uint64_t TelemetryReader::Value(telemetry::Counter counter) const {
  return region_->counters[static_cast<size_t>(counter)];
}

std::vector<std::pair<std::string, ServerFigures>> TelemetryReader::Servers() const {
  constexpr double kPermille = 1000;
  std::vector<std::pair<std::string, ServerFigures>> out;
  if (!mapped()) return out;
  const size_t used = region_->servers.load(std::memory_order_acquire);
  for (size_t i = 0; i < std::min(used, telemetry::kMaxServers); ++i) {
    const telemetry::ServerRow& row = region_->server_rows[i];
    out.emplace_back(TextIn(row.check), ServerFigures{.name = TextIn(row.name),
                                                      .limit = row.limit,
                                                      .in_flight = row.in_flight,
                                                      .owed = row.owed,
                                                      .late_share = row.late_permille / kPermille,
                                                      .asked = row.asked != 0,
                                                      .waiting = row.waiting});
  }
  return out;
}

void TelemetryReader::Advise(const telemetry::Advice& advice, TimePoint now) {
  region_->advice.store(telemetry::PackAdvice(advice, now), std::memory_order_relaxed);
}

int64_t TelemetryReader::Silence(TimePoint now) const {
  return Nanoseconds(now) - region_->heartbeat.load(std::memory_order_acquire);
}

}  // namespace spillway
