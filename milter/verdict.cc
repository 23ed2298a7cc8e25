// SPDX-License-Identifier: BSD-2-Clause
// Late is tempfail only where the administrator asked for it; it is never a reject. A reject comes
// only from what a check's Action() says, for a result that is final.
#include "milter/verdict.h"

#include <algorithm>

#include "milter/auth/authres.h"
#include "milter/base/log.h"

namespace spillway {

namespace {

void Refuse(const CheckReport& report, const std::string& id, Verdict& verdict) {
  const bool reject = report.action == Wish::kReject;
  verdict.reject = reject;
  verdict.tempfail = !reject;
  verdict.reply_code = reject ? "550" : "451";
  verdict.enhanced_code = (reject ? "5." : "4.") + std::string(report.result.refusal.enhanced_code);
  verdict.reply_text =
      id + (reject ? ": rejected by " : ": deferred by ") + std::string(report.name);
  const std::string& why = report.result.refusal.text;
  if (!why.empty()) verdict.reply_text += ": " + why;
}

// Called only when no late or missing check forces a tempfail: that check's result could change the
// verdict.
void ApplyActions(const std::vector<CheckReport>& reports, const std::string& id, bool cannot_retry,
                  Verdict& verdict) {
  for (const CheckReport& report : reports) {
    // A definite finding (fail) is never waived: losing the message is better than a virus.
    const bool certain = report.result.state == State::kFail;
    if (report.action == Wish::kTempfail && cannot_retry && !report.required && !certain) {
      verdict.waived = true;
      continue;
    }
    if (report.action == Wish::kMark) verdict.marked = true;
    if (report.action == Wish::kQuarantine)
      verdict.quarantine = std::string(report.name) + ": " + LogSafe(report.result.reason);
    if (report.action == Wish::kTempfail && !verdict.tempfail && !verdict.reject)
      Refuse(report, id, verdict);
    if (report.action == Wish::kReject && !verdict.reject) Refuse(report, id, verdict);
  }
}

// Counts the checks that were late or could not scan.
void CountMissing(const std::vector<CheckReport>& reports, bool cannot_retry, Verdict& verdict) {
  for (const CheckReport& report : reports) {
    const bool late = report.result.state == State::kLate;
    const bool down = !late && report.result.state == State::kTemperror && report.result.unscanned;
    if (late) verdict.late.emplace_back(report.name);
    if (report.result.unscanned) verdict.unscanned.emplace_back(report.name);
    const bool matters = (late && report.tempfail_on_timeout) || (down && report.tempfail_on_down);
    if (!matters) continue;
    if (cannot_retry && !report.required)
      verdict.waived = true;
    else
      verdict.tempfail = true;
  }
}

}  // namespace

Verdict Decide(const std::vector<CheckReport>& reports, const std::string& authserv_id,
               const std::vector<HeaderDeletion>& forged, const std::string& id,
               bool cannot_retry) {
  Verdict verdict;
  std::vector<MethodResult> methods;
  for (const CheckReport& report : reports)
    methods.insert(methods.end(), report.result.methods.begin(), report.result.methods.end());
  CountMissing(reports, cannot_retry, verdict);
  if (verdict.tempfail) {
    verdict.reply_code = "451";
    verdict.enhanced_code = "4.3.0";
    verdict.reply_text = id + (verdict.late.empty() ? ": checks could not be made"
                                                    : ": checks did not finish in time");
    verdict.reply_text += ", please try again later";
    return verdict;
  }
  ApplyActions(reports, id, cannot_retry, verdict);
  if (verdict.reject || verdict.tempfail) return verdict;
  // MTAs renumber as they delete, so the last one goes first.
  verdict.deletions.assign(forged.rbegin(), forged.rend());
  // What came last goes on top: a seal covers what is below it.
  for (auto report = reports.rbegin(); report != reports.rend(); ++report) {
    const auto& added = report->result.added;
    verdict.insertions.insert(verdict.insertions.end(), added.begin(), added.end());
  }
  const bool has_flag =
      std::any_of(verdict.insertions.begin(), verdict.insertions.end(),
                  [](const AddedField& field) { return field.name == kSpamFlag; });
  if (verdict.marked && !has_flag) verdict.insertions.push_back({std::string(kSpamFlag), "YES"});
  verdict.insertions.push_back(
      {std::string(kAuthenticationResults), FormatAuthenticationResults(authserv_id, methods)});
  // Scanners and the inspector have a say in some of them, and may have been taken over.
  for (AddedField& field : verdict.insertions) field.value = FieldValue(std::move(field.value));
  return verdict;
}

std::string_view VerdictName(const Verdict& verdict) {
  if (verdict.tempfail) return "tempfail";
  if (verdict.reject) return "reject";
  if (!verdict.quarantine.empty()) return "quarantine";
  return verdict.marked ? "mark" : "accept";
}

}  // namespace spillway
