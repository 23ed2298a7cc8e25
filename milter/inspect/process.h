// SPDX-License-Identifier: BSD-2-Clause
// One running spillway-inspector, as the filter sees it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/deadline.h"
#include "milter/base/fd.h"
#include "milter/inspect/inspection.h"
#include "milter/inspect/shared_text.h"

namespace spillway {

// The inspector's descriptor of the memory in which messages come.
constexpr int kInspectorMemory = 3;

// The obituary of a process that was ended for the time it took.
constexpr std::string_view kTooLong = "it takes too long";

// What every message is to be looked at for, and what it may cost.
struct InspectorOrders {
  InspectionWish wish;
  uint64_t memory = 0;   // octets, for one message, besides itself
  size_t max_size = 0;   // of a message
  Duration processor{};  // time, for one message
};

// Not thread-safe. The process ends with the object, and with the thread that started it.
class InspectorProcess {
 public:
  // Starts `program` and waits for its greeting. Throws std::runtime_error.
  InspectorProcess(const std::string& program, const InspectorOrders& orders, const Clock& clock);
  ~InspectorProcess();
  InspectorProcess(const InspectorProcess&) = delete;
  InspectorProcess& operator=(const InspectorProcess&) = delete;

  // nullopt: the process has ended, or was killed because it did not answer; obituary() says how.
  // Ask() must not be called again.
  std::optional<Inspection> Ask(const std::vector<std::string_view>& message);
  const std::string& obituary() const { return obituary_; }
  // It has neither ended nor spoken out of turn.
  bool Alive() const;

 private:
  void Start(const std::string& program);
  // Waits for its end.
  std::string Bury();

  const InspectorOrders orders_;
  const Clock& clock_;
  SharedText message_;
  Fd socket_;
  pid_t pid_ = -1;
  std::string obituary_;
};

}  // namespace spillway
