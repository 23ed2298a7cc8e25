// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/check.h"

namespace spillway {

namespace {

class Skipped final : public Check {
 public:
  explicit Skipped(AddedField field) : field_(std::move(field)) {}
  Result Finish(Deadline /*deadline*/) override {
    Result result{.state = State::kSkipped, .reason = std::string(kBrownout), .unscanned = true};
    if (!field_.name.empty()) result.added.push_back(field_);
    return result;
  }

 private:
  const AddedField field_;
};

}  // namespace

// NOLINTBEGIN(performance-unnecessary-value-param): overriders keep the pointer
std::unique_ptr<Check> CheckType::BeginReduced(const Message& /*message*/,
                                               std::shared_ptr<MessageCost> /*cost*/) const {
  return std::make_unique<Skipped>(SkippedField());
}
// NOLINTEND(performance-unnecessary-value-param)

}  // namespace spillway
