// SPDX-License-Identifier: BSD-2-Clause
// Hands messages to the spillway-inspector processes: as many at a time as there are processes, the
// others wait in a fair line.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "milter/base/log.h"
#include "milter/inspect/fair_line.h"
#include "milter/inspect/inspecting.h"
#include "milter/inspect/process.h"
#include "milter/mail/content.h"
#include "milter/workers.h"

namespace spillway {

// Thread-safe. The processes are started when they are first needed.
class Inspector {
 public:
  struct Options {
    std::string program;
    size_t processes = 0;  // 0: one for each core
    size_t queue = 4096;   // messages that wait; more are refused at once
    InspectorOrders orders;
  };
  Inspector(Options options, const Clock& clock, Log& log);
  // Finishes the queued messages first.
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // `message` is header and body, `client` whoever is to wait for what it takes. If the caller
  // drops the result before the message reaches the head of the line, the message is not inspected.
  std::shared_ptr<Inspecting> Begin(std::vector<Content::Piece> message, const std::string& client,
                                    const std::shared_ptr<MessageCost>& cost);

 private:
  void LookAtNext();
  InspectionOutcome Look(const std::vector<Content::Piece>& message);
  std::unique_ptr<InspectorProcess> TakeProcess();
  void GiveBack(std::unique_ptr<InspectorProcess> process);

  const Options options_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<InspectorProcess>> idle_;  // guarded by mutex_
  FairLine line_;
  std::unique_ptr<Workers> threads_;  // ends first
};

// spillway-inspector beside the running program, as in a build tree, or in ../libexec/spillway, as
// installed.
std::string InspectorProgram();

}  // namespace spillway
