// SPDX-License-Identifier: BSD-2-Clause
// How a check plugs in. A check needs a file here with its options, its name in registry.cc, and
// its section in the sample configuration, from which the manual is generated.
//
// The budget is the same for all: a check starts its look-ups as early as it can and does its work
// in pieces that run elsewhere (the resolver's thread, the CPU pool), so that Finish() only
// collects. A check never decides on the verdict and never logs about a single message; its
// deadline is an argument.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "milter/auth/key_cache.h"
#include "milter/base/deadline.h"
#include "milter/base/log.h"
#include "milter/base/result.h"
#include "milter/base/server_figures.h"
#include "milter/check/disposition.h"
#include "milter/dns/resolver.h"
#include "milter/mail/message.h"
#include "milter/scan/loop.h"
#include "milter/workers.h"

namespace spillway {

// Telemetry, journal and status have room for so many, with names of so many characters.
inline constexpr size_t kMaxChecks = 16;
inline constexpr size_t kMaxCheckName = 15;

// What a check may use; all of it outlives every check.
struct CheckServices {
  Resolver& resolver;
  Workers& workers;
  const Clock& clock;  // for signature dates, the log and scanners; deadlines are arguments
  ScanLoop& scan_loop;
  KeyCache& keys;
  Log& log;  // for changes of scanners and DNS lists, never for a single message
};

// What one check said and what it took.
struct CheckReport {
  std::string_view name;
  bool tempfail_on_timeout = false;
  bool required = false;
  Result result;
  Wish action = Wish::kNone;  // what the administrator lets come of it
  Wish shadow = Wish::kNone;  // the action that shadow mode suppresses
  bool tempfail_on_down = false;
  Duration spent{};  // in its calls, and from the end of the message until its work was done
};

// One message. All calls come from the message's session, one at a time; the default does nothing.
class Check {
 public:
  virtual ~Check() = default;

  // MAIL FROM is known: start the look-ups that need no more than the envelope.
  virtual void OnEnvelope() {}
  // The header is complete.
  virtual void OnHeaders() {}
  // Wants more of the body? False from every check: none is given the rest.
  virtual bool OnBody(std::string_view /*chunk*/) { return false; }
  // The body is complete: start what is left to do. Finish() will get the same deadline.
  virtual void OnEnd(Deadline /*deadline*/) {}
  // What the checks before it in running order have found; called before Finish().
  virtual void Learn(const std::vector<CheckReport>& /*earlier*/) {}
  // Waits for what was started, at most until the deadline, and says what is known then. What is
  // not finished is State::kLate with a reason that names it. Called once, last.
  virtual Result Finish(Deadline deadline) = 0;
};

// What of a message an inspector is to look for, besides its parts.
struct InspectionNeeds {
  bool any = false;    // the parts, at least
  bool text = false;   // what one can read
  bool hosts = false;  // those that URLs lead to
};

// One for each loaded configuration. Immutable, thread-safe.
class CheckType {
 public:
  virtual ~CheckType() = default;
  // As in the configuration's section, the log and the telemetry.
  virtual std::string_view name() const = 0;
  // What the administrator does about its results.
  virtual const Disposition& disposition() const = 0;
  Wish Action(const Result& result) const { return disposition().Action(result); }
  // Does it need Message::content?
  virtual bool WantsContent(const Client& /*client*/) const { return false; }
  // Does it need Message::inspecting? Then it needs the content, too.
  virtual bool WantsInspection(const Client& /*client*/) const { return false; }
  // What the inspector is to look for, should any message be inspected for this check.
  virtual InspectionNeeds inspection_needs() const { return {}; }
  // Does it use Learn()? Then the checks before it must not be late where it must not.
  virtual bool learns() const { return false; }
  // The servers that it asks, if it wants them shown.
  virtual std::vector<ServerFigures> Servers() const { return {}; }
  // `message` grows while the check lives, and outlives it.
  virtual std::unique_ptr<Check> Begin(const Message& message,
                                       std::shared_ptr<MessageCost> cost) const = 0;
  // For a message that goes without it in a brownout: does only what costs hardly any processor
  // time, and says so. By default that is nothing.
  virtual std::unique_ptr<Check> BeginReduced(const Message& message,
                                              std::shared_ptr<MessageCost> cost) const;
  // The field in which the message says that the check was skipped; no name: none.
  virtual AddedField SkippedField() const { return {}; }
};

// The reason of what was skipped, and how a field says it.
inline constexpr std::string_view kBrownout = "brownout";
inline constexpr std::string_view kSkippedText = "skipped (brownout)";

using CheckTypes = std::vector<std::unique_ptr<CheckType>>;

}  // namespace spillway
