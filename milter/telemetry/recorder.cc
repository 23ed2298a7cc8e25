// SPDX-License-Identifier: BSD-2-Clause
// Making the file: new inode, whole before it is visible.
#include "milter/telemetry/recorder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "milter/base/fd.h"

namespace spillway {

namespace {

using telemetry::Counter;
using telemetry::Region;

[[noreturn]] void Throw(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), "telemetry file " + path);
}

uint64_t GenerationOf(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  telemetry::Preamble preamble;
  if (!fd.valid() || ::read(fd.get(), &preamble, sizeof(preamble)) != sizeof(preamble)) return 0;
  return preamble.magic == telemetry::kMagic ? preamble.generation : 0;
}

void* MapFile(const std::string& path) {
  ::unlink(path.c_str());
  const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!fd.valid() || ::ftruncate(fd.get(), sizeof(Region)) != 0) Throw(path);
  void* memory = ::mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory == MAP_FAILED) Throw(path);
  return memory;
}

void* MapPrivate() {
  void* memory =
      ::mmap(nullptr, sizeof(Region), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) Throw("in memory");
  return memory;
}

}  // namespace

Recorder::Recorder(const std::string& path, const std::vector<std::string>& checks,
                   std::chrono::milliseconds budget, TimePoint now) {
  const std::string fresh = path + ".new";
  region_ = new (path.empty() ? MapPrivate() : MapFile(fresh)) Region{};
  telemetry::Preamble& preamble = region_->preamble;
  preamble.size = sizeof(Region);
  preamble.generation = GenerationOf(path) + 1;
  preamble.started = Nanoseconds(now);
  preamble.budget_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(budget).count();
  preamble.pid = ::getpid();
  preamble.check_count = static_cast<uint32_t>(std::min(checks.size(), telemetry::kMaxChecks));
  for (size_t i = 0; i < preamble.check_count; ++i) {
    checks[i].copy(preamble.check_names[i].data(), telemetry::kNameSize - 1);
  }
  Beat(now);
  if (!path.empty() && ::rename(fresh.c_str(), path.c_str()) != 0) Throw(path);
}

Recorder::~Recorder() {
  ::munmap(region_, sizeof(Region));
}

int Recorder::Enter(TimePoint start) {
  const int64_t value = std::max<int64_t>(Nanoseconds(start), 1);
  const unsigned first = next_slot_.fetch_add(1, std::memory_order_relaxed);
  for (unsigned i = 0; i < telemetry::kSlots; ++i) {
    const size_t slot = (first + i) % telemetry::kSlots;
    int64_t free = 0;
    if (region_->in_flight[slot].compare_exchange_strong(free, value, std::memory_order_acq_rel)) {
      return static_cast<int>(slot);
    }
  }
  Count(Counter::kSlotsMissed);
  return -1;
}

void Recorder::Leave(int handle) {
  if (handle >= 0)
    region_->in_flight[static_cast<size_t>(handle)].store(0, std::memory_order_release);
}

telemetry::ServerRow* Recorder::RowOf(std::string_view check, const std::string& name) {
  const std::string cut = name.substr(0, telemetry::kWaitSize - 1);
  const uint32_t used = region_->servers.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < used; ++i) {
    telemetry::ServerRow& row = region_->server_rows[i];
    if (check == row.check.data() && cut == row.name.data()) return &row;
  }
  if (used == telemetry::kMaxServers) return nullptr;
  telemetry::ServerRow& fresh = region_->server_rows[used];
  check.copy(fresh.check.data(), telemetry::kNameSize - 1);
  cut.copy(fresh.name.data(), telemetry::kWaitSize - 1);
  region_->servers.store(used + 1, std::memory_order_release);
  return &fresh;
}

void Recorder::Show(std::string_view check, const ServerFigures& figures) {
  constexpr double kPermille = 1000;
  telemetry::ServerRow* row = RowOf(check, figures.name);
  if (row == nullptr) return;
  row->limit = static_cast<uint32_t>(figures.limit);
  row->in_flight = static_cast<uint32_t>(figures.in_flight);
  row->owed = static_cast<uint32_t>(figures.owed);
  row->waiting = static_cast<uint32_t>(figures.waiting);
  row->late_permille = static_cast<uint32_t>(figures.late_share * kPermille);
  row->asked = figures.asked ? 1 : 0;
}

void Recorder::Push(const telemetry::Record& record) {
  const bool mail = record.client_class != telemetry::kProbeClass;
  if (mail) Count(Counter::kMessages);
  if (mail && record.late != 0) Count(Counter::kLateMessages);
  if (mail && record.verdict == telemetry::Verdict::kTempfail) Count(Counter::kTempfailed);
  if (!region_->records.Push(record)) Count(Counter::kRecordsDropped);
}

}  // namespace spillway
