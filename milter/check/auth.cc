// SPDX-License-Identifier: BSD-2-Clause
// SMTP authentication as a result (RFC 8601 section 2.7.4): the MTA has checked it, this only says
// so.
#include "milter/check/entry.h"

namespace spillway {

namespace {

// It is never late.
struct AuthOptions final : OptionsOf<AuthOptions, Section> {
  static constexpr std::string_view kName = "auth";
  bool on = true;
  bool show_user = false;
  bool enabled() const override { return on; }
  bool required() const override { return false; }
  std::vector<TomlKey> Keys() override { return {{"enabled", &on}, {"show_user", &show_user}}; }
};

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
  AuthType(const AuthOptions& options, const Config& /*config*/, const CheckServices& /*services*/)
      : options_(options) {}

  std::string_view name() const override { return AuthOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<AuthCheck>(message, options_.show_user);
  }

 private:
  const AuthOptions options_;
  const Disposition disposition_;
};

}  // namespace

extern const CheckEntry kAuthCheck;
const CheckEntry kAuthCheck = EntryOf<AuthOptions, AuthType>();

}  // namespace spillway
