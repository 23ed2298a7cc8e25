// SPDX-License-Identifier: BSD-2-Clause
// Late is tempfail only where the administrator asked for it; it is never a reject. A reject comes
// only from what a check's Action() says, for a result that is final.
#include "milter/verdict.h"

#include "milter/auth/authres.h"

namespace spillway {

namespace {

// Behind the tempfail: where something was late, its word may change what the others say.
void ApplyActions(const std::vector<CheckReport>& reports, const std::string& id,
                  Verdict& verdict) {
  for (const CheckReport& report : reports) {
    const std::string why = std::string(report.name) + ": " + report.result.reason;
    if (report.action == Wish::kQuarantine) verdict.quarantine = why;
    if (report.action != Wish::kReject || verdict.reject) continue;
    verdict.reject = true;
    verdict.reply_code = "550";
    verdict.enhanced_code = "5.7.26";
    verdict.reply_text = id + ": rejected by " + std::string(report.name) +
                         (report.result.unclear_author ? ": " + report.result.reason
                                                       : ": the policy of the author's domain");
  }
}

}  // namespace

Verdict Decide(const std::vector<CheckReport>& reports, const std::string& authserv_id,
               const std::vector<unsigned>& forged, const std::string& id, bool cannot_retry) {
  Verdict verdict;
  std::vector<MethodResult> methods;
  for (const CheckReport& report : reports) {
    methods.insert(methods.end(), report.result.methods.begin(), report.result.methods.end());
    if (report.result.state != State::kLate) continue;
    verdict.late.emplace_back(report.name);
    if (!report.tempfail_on_timeout) continue;
    if (cannot_retry && !report.required)
      verdict.waived = true;
    else
      verdict.tempfail = true;
  }
  if (verdict.tempfail) {
    verdict.reply_code = "451";
    verdict.enhanced_code = "4.3.0";
    verdict.reply_text = id + ": checks did not finish in time, please try again later";
    return verdict;
  }
  ApplyActions(reports, id, verdict);
  if (verdict.reject) return verdict;
  // MTAs renumber as they delete, so the last one goes first.
  for (auto index = forged.rbegin(); index != forged.rend(); ++index) {
    verdict.deletions.push_back({std::string(kAuthenticationResults), *index});
  }
  // What came last goes on top: a seal covers what is below it.
  for (auto report = reports.rbegin(); report != reports.rend(); ++report) {
    const auto& added = report->result.added;
    verdict.insertions.insert(verdict.insertions.end(), added.begin(), added.end());
  }
  verdict.insertions.push_back(
      {std::string(kAuthenticationResults), FormatAuthenticationResults(authserv_id, methods)});
  return verdict;
}

}  // namespace spillway
