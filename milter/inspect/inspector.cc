// SPDX-License-Identifier: BSD-2-Clause
// A thread for each process: it waits for its answer, and so is busy as long as the process is.
#include "milter/inspect/inspector.h"

#include <filesystem>

namespace spillway {

namespace {

constexpr const char* kName = "spillway-inspector";

}  // namespace

Inspector::Inspector(Options options, const Clock& clock, Log& log)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      line_(options_.queue),
      threads_(std::make_unique<Workers>(options_.processes, options_.queue, clock)) {}

Inspector::~Inspector() {
  threads_.reset();
}

std::shared_ptr<Inspecting> Inspector::Begin(std::vector<Content::Piece> message,
                                             const std::string& client,
                                             const std::shared_ptr<MessageCost>& cost) {
  auto inspecting = std::make_shared<Inspecting>();
  const TimePoint queued = clock_.Now();
  cost->waiting_since_us = Microseconds(queued.time_since_epoch());
  const bool waits = line_.Push(
      client, [this, message = std::move(message), weak = std::weak_ptr(inspecting), cost, queued] {
        cost->waiting_since_us = 0;
        cost->queue_wait_us += Microseconds(clock_.Now() - queued);
        if (const auto wanted = weak.lock()) wanted->Complete(Look(message));
      });
  // Each job in the pool's queue stands for one in the line, whichever is next then.
  if (!waits || !threads_->Submit([this] { LookAtNext(); }, std::make_shared<MessageCost>())) {
    cost->waiting_since_us = 0;
    inspecting->Complete({.found = {}, .down = "the queue for the inspector is full"});
  }
  return inspecting;
}

void Inspector::LookAtNext() {
  const TimePoint start = clock_.Now();
  const FairLine::Next next = line_.Take(start);
  if (!next.job) return;
  next.job();
  const TimePoint end = clock_.Now();
  line_.Charge(next.client, end - start, end);
}

std::unique_ptr<InspectorProcess> Inspector::TakeProcess() {
  {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      auto process = std::move(idle_.back());
      idle_.pop_back();
      if (process->Alive()) return process;
    }
  }
  return std::make_unique<InspectorProcess>(options_.program, options_.orders, clock_);
}

void Inspector::GiveBack(std::unique_ptr<InspectorProcess> process) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(process));
}

InspectionOutcome Inspector::Look(const std::vector<Content::Piece>& message) {
  const std::vector<std::string_view> views = [&] {
    std::vector<std::string_view> out;
    out.reserve(message.size());
    for (const auto& piece : message) out.emplace_back(*piece);
    return out;
  }();
  std::string end;
  // One process may be killed from outside; if two in a row die, the message is the cause.
  for (int tries = 0; tries < 2; ++tries) {
    try {
      auto process = TakeProcess();
      if (auto found = process->Ask(views)) {
        GiveBack(std::move(process));
        return {.found = std::move(*found), .down = {}};
      }
      end = process->obituary();
    } catch (const std::exception& error) {
      log_.Limited(LogLevel::kError, "inspector", std::string("inspector: ") + error.what(),
                   clock_.Now());
      return {.found = {}, .down = error.what()};
    }
    if (end == kTooLong) break;
  }
  return {.found = {.unreadable = end}, .down = {}};
}

std::string InspectorProgram() {
  std::error_code error;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const auto beside = here / kName;
  return std::filesystem::exists(beside, error)
             ? beside
             : here.parent_path() / "libexec" / "spillway" / kName;
}

}  // namespace spillway
