// SPDX-License-Identifier: BSD-2-Clause
// SMTP authentication as a result (RFC 8601 section 2.7.4): the MTA has checked it, this only says
// so.
#include "milter/check/registry.h"

namespace spillway {

namespace {

class AuthCheck final : public Check {
 public:
  AuthCheck(const Message& message, bool show_user) : message_(message), show_user_(show_user) {}

  Result Finish(Deadline /*deadline*/) override {
    const std::string& user = message_.client.auth_user;
    if (user.empty()) return {.state = State::kSkipped};
    MethodResult method{.method = "auth", .state = State::kPass};
    if (show_user_) method.properties = {{"smtp", "auth", user}};
    return {.state = State::kPass, .methods = {method}};
  }

 private:
  const Message& message_;
  const bool show_user_;
};

class AuthType final : public CheckType {
 public:
  explicit AuthType(const Config& config) : options_(config.auth) {}

  std::string_view name() const override { return "auth"; }
  bool tempfail_on_timeout(const Client& /*client*/) const override { return false; }
  bool required(const Client& /*client*/) const override { return false; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<AuthCheck>(message, options_.show_user);
  }

 private:
  const AuthOptions options_;
};

}  // namespace

std::unique_ptr<CheckType> MakeAuthCheck(const Config& config, const CheckServices& /*services*/) {
  if (!config.auth.enabled) return nullptr;
  return std::make_unique<AuthType>(config);
}

}  // namespace spillway
