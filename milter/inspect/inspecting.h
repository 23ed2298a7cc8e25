// SPDX-License-Identifier: BSD-2-Clause
// The inspection of one message, as its session and its checks see it.
#pragma once

#include <string>

#include "milter/base/pending.h"
#include "milter/inspect/inspection.h"

namespace spillway {

struct InspectionOutcome {
  Inspection found;
  std::string down;  // why nothing could be inspected at all: our trouble, not the message's
};

// Calls of WhenDone() come from the inspector's thread, and hold up its next message.
class Inspecting final : public Pending<InspectionOutcome> {
 public:
  Inspecting() : Pending("the inspector") {}
};

}  // namespace spillway
