// SPDX-License-Identifier: BSD-2-Clause
// What a check found, as data, in the categories of RFC 8601 section 2.7 plus two of our own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "milter/base/waited.h"

namespace spillway {

enum class State : uint8_t {
  kPass,
  kFail,
  kSoftfail,
  kNeutral,
  kNone,
  kPolicy,
  kTemperror,
  kPermerror,
  kSkipped,  // ours: the check does not apply to this client
  kLate,     // ours: not finished by the deadline; never read as fail, and never as pass
};

// The lower-case word used in logs and status output.
std::string_view StateName(State state);

// One "ptype.property=value" of RFC 8601 section 2.3; the value is raw, the writer quotes it.
struct Property {
  std::string type;
  std::string name;
  std::string value;
};

// One identity that was judged: a DKIM check has one for each signature.
struct MethodResult {
  std::string method;
  State state = State::kNone;
  std::string reason;
  std::vector<Property> properties;
};

// What the sender's domain, or the message itself, asks the filter to do. Only a wish: the
// administrator decides what is done (Disposition).
enum class Wish : uint8_t { kNone, kMark, kQuarantine, kTempfail, kReject };
std::string_view WishName(Wish wish);  // "none", "mark", "quarantine", "tempfail", "reject"
Wish WishFrom(std::string_view name);  // kNone for any other word
// The wish for a score, by the lowest scores that quarantine and that reject; a threshold of 0 is
// off.
Wish WishForScore(double score, double quarantine, double reject);

// The fields that content checks write.
inline constexpr std::string_view kScanField = "X-Spillway-Scan";
inline constexpr std::string_view kListsField = "X-Spillway-Lists";
inline constexpr std::string_view kAttachmentsField = "X-Spillway-Attachments";
inline constexpr std::string_view kRulesField = "X-Spillway-Rules";
inline constexpr std::string_view kSpamFlag = "X-Spam-Flag";

// A header field of ours; the value is without the space after the colon, folded with LF.
struct AddedField {
  std::string name;
  std::string value;
};

// What a client is told when its message is refused for what a check found.
struct Refusal {
  std::string_view enhanced_code = "7.1";  // RFC 3463, without the class
  std::string text;
};

// All that one check says of one message. `state` is the check as a whole; `methods` is what the
// Authentication-Results field shows, and is empty when the check was skipped.
struct Result {
  State state = State::kNone;
  std::string reason;
  std::vector<MethodResult> methods;
  Wish wish = Wish::kNone;
  Wish shadow = Wish::kNone;  // the wish of rules in shadow mode
  Refusal refusal;
  bool unscanned = false;         // it was to be looked at and was not, or not all of it
  std::string vouched_by;         // a trusted sealer whose chain passes (ARC)
  bool unclear_author = false;    // the From field does not say one domain
  std::vector<AddedField> added;  // to put on top of the header, from the top down
  Waited waited;                  // for the work behind it
};

}  // namespace spillway
