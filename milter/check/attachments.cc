// SPDX-License-Identifier: BSD-2-Clause
// Attachments by name, by what they are, and by what archives list; and messages that different
// readers would take apart differently.
#include "milter/check/attachment_policy.h"
#include "milter/check/entry.h"
#include "milter/inspect/inspecting.h"

namespace spillway {

namespace {

Result Unscanned(State state, const std::string& why) {
  return {.state = state,
          .reason = why,
          .unscanned = true,
          .added = {{std::string(kAttachmentsField), "unscanned (" + LogSafe(why) + ")"}}};
}

class AttachmentsCheck final : public Check {
 public:
  // `applies`: to such a client; the message may be inspected for another check's sake.
  AttachmentsCheck(const Message& message, const AttachmentPolicy& policy, bool applies)
      : message_(message), policy_(policy), applies_(applies) {}

  bool OnBody(std::string_view /*chunk*/) override {
    return applies_ && message_.content && !message_.content->full();
  }

  Result Finish(Deadline deadline) override {
    if (!applies_ || !message_.inspecting) return {.state = State::kSkipped};
    Waited waited;
    const InspectionOutcome* outcome = message_.inspecting->Wait(deadline, waited);
    Result result = outcome == nullptr       ? Unscanned(State::kLate, WaitingFor(waited.missing))
                    : !outcome->down.empty() ? Unscanned(State::kTemperror, outcome->down)
                                             : Judge(outcome->found);
    result.waited = waited;
    return result;
  }

 private:
  Result Judge(const Inspection& inspection) const {
    Result result{.state = State::kPass};
    for (const AttachmentFinding& finding : policy_.Judge(inspection, WasCut())) {
      if (finding.wish > result.wish) {
        result.wish = finding.wish;
        result.refusal.text = finding.text;
      }
      if (result.reason.size() < kMaxReason)
        result.reason += (result.reason.empty() ? "" : "; ") + finding.text;
    }
    if (!result.reason.empty()) result.state = State::kPolicy;
    if (message_.content->truncated()) {
      result.unscanned = true;
      result.reason += (result.reason.empty() ? "" : "; ") + std::string("only the first ") +
                       std::to_string(message_.content->size()) + " octets were looked at";
      if (result.state == State::kPass) result.state = State::kNeutral;
    }
    if (!result.reason.empty())
      result.added.push_back({std::string(kAttachmentsField), result.reason});
    return result;
  }

  Cut WasCut() const {
    if (message_.headers_truncated) return Cut::kHeader;
    return message_.content->truncated() ? Cut::kBody : Cut::kNothing;
  }

  static constexpr size_t kMaxReason = 300;

  const Message& message_;
  const AttachmentPolicy& policy_;
  const bool applies_;
};

class AttachmentsType final : public CheckType {
 public:
  AttachmentsType(const AttachmentsOptions& options, const Config& config,
                  const CheckServices& /*services*/)
      : check_(options.check),
        disposition_(options.MakeContentDisposition(config)),
        policy_(options) {}

  std::string_view name() const override { return AttachmentsOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  bool WantsContent(const Client& client) const override { return WantsInspection(client); }
  bool WantsInspection(const Client& client) const override { return IsAmong(client, check_); }
  InspectionNeeds inspection_needs() const override { return {.any = true}; }
  AddedField SkippedField() const override {
    return {std::string(kAttachmentsField), std::string(kSkippedText)};
  }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<AttachmentsCheck>(message, policy_, WantsInspection(message.client));
  }

 private:
  const Strings check_;  // classes of client
  const Disposition disposition_;
  const AttachmentPolicy policy_;
};

}  // namespace

extern const CheckEntry kAttachmentsCheck;
const CheckEntry kAttachmentsCheck = EntryOf<AttachmentsOptions, AttachmentsType>();

}  // namespace spillway
