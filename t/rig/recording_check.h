// SPDX-License-Identifier: BSD-2-Clause
// A check that does what a test tells it, and remembers what it was called with.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "milter/check/check.h"

namespace spillway {

struct RecordingCheckPlan {
  std::string name = "plan";
  bool tempfail = false;
  bool required = false;
  bool learns = false;
  bool wants_body = false;
  // What Finish() does; may block.
  std::function<Result(Deadline)> finish = [](Deadline) { return Result{.state = State::kPass}; };
  // Every call in order: "envelope", "headers", "body:N", "end", "finish".
  std::function<void(const std::string&)> on_call = [](const std::string&) {};
  std::function<void(const Message&)> on_header = [](const Message&) {};
};

class RecordingCheckType final : public CheckType {
 public:
  explicit RecordingCheckType(RecordingCheckPlan plan)
      : plan_(std::move(plan)),
        disposition_({.tempfail_on_timeout = {plan_.tempfail, {}},
                      .tempfail_on_down = {},
                      .required = {plan_.required, {}}}) {}
  std::string_view name() const override { return plan_.name; }
  const Disposition& disposition() const override { return disposition_; }
  bool learns() const override { return plan_.learns; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<Recording>(plan_, message);
  }

 private:
  class Recording final : public Check {
   public:
    Recording(const RecordingCheckPlan& plan, const Message& message)
        : plan_(plan), message_(message) {}
    void OnEnvelope() override { plan_.on_call("envelope"); }
    void OnHeaders() override {
      plan_.on_call("headers");
      plan_.on_header(message_);
    }
    bool OnBody(std::string_view chunk) override {
      plan_.on_call("body:" + std::to_string(chunk.size()));
      return plan_.wants_body;
    }
    void OnEnd(Deadline /*deadline*/) override { plan_.on_call("end"); }
    Result Finish(Deadline deadline) override {
      plan_.on_call("finish");
      return plan_.finish(deadline);
    }

   private:
    const RecordingCheckPlan& plan_;
    const Message& message_;
  };

  const RecordingCheckPlan plan_;
  const Disposition disposition_;
};

}  // namespace spillway
