// SPDX-License-Identifier: BSD-2-Clause
// Does the client's address have a name that leads back to it (RFC 8601 section 2.7.3)? Asked for
// at MAIL FROM; a stranger's reverse zone may name as many hosts as it likes, the first ten count.
#include <algorithm>

#include "milter/check/entry.h"
#include "milter/dns/lookups.h"

namespace spillway {

namespace {

struct IprevOptions final : OptionsOf<IprevOptions> {
  static constexpr std::string_view kName = "iprev";
  IprevOptions() { on = false; }
  bool show_address = true;
  std::vector<TomlKey> Keys() override { return With({{"show_address", &show_address}}); }
};

constexpr size_t kMaxNames = 10;

DnsQuestion Forward(const std::string& name, const Ip& address) {
  return {name, address.is_v4() ? RrType::kA : RrType::kAaaa};
}

// The names of the reverse zone, as far as they count.
std::vector<std::string> NamesOf(const DnsAnswer& reverse) {
  const size_t count = std::min(reverse.names.size(), kMaxNames);
  return {reverse.names.begin(), reverse.names.begin() + static_cast<std::ptrdiff_t>(count)};
}

class IprevCheck final : public Check {
 public:
  IprevCheck(const Message& message, bool show_address, const CheckServices& services)
      : message_(message), show_address_(show_address), services_(services) {}

  void OnEnvelope() override {
    const Client& client = message_.client;
    if (client.cls != ClientClass::kExternal || !client.has_address) return;
    const DnsQuestion reverse{client.address.ReverseName(), RrType::kPtr};
    lookups_ = std::make_shared<DnsLookups>(
        reverse.name, services_.resolver,
        [reverse, address = client.address](const DnsFind& find) -> std::vector<DnsQuestion> {
          const DnsAnswerPtr answer = find(reverse);
          if (!answer) return {reverse};
          std::vector<DnsQuestion> open;
          for (const std::string& name : NamesOf(*answer)) {
            if (!find(Forward(name, address))) open.push_back(Forward(name, address));
          }
          return open;
        });
    lookups_->Step();
  }

  Result Finish(Deadline deadline) override {
    if (!lookups_) return {.state = State::kSkipped};
    Waited waited;
    lookups_->Wait(deadline, waited);
    MethodResult method{.method = "iprev"};
    Judge(method, waited);
    if (show_address_)
      method.properties = {{"policy", "iprev", message_.client.address.ToString()}};
    return {.state = method.state, .reason = method.reason, .methods = {method}, .waited = waited};
  }

 private:
  void Judge(MethodResult& method, Waited& waited) const {
    const Ip& address = message_.client.address;
    const DnsAnswerPtr reverse = lookups_->Find({address.ReverseName(), RrType::kPtr});
    std::string open = reverse ? "" : address.ReverseName();
    bool failed = reverse && reverse->failed();
    for (const std::string& name : reverse ? NamesOf(*reverse) : std::vector<std::string>()) {
      const DnsAnswerPtr forward = lookups_->Find(Forward(name, address));
      if (!forward) open = name;
      failed = failed || (forward && forward->failed());
      const auto& found = forward ? forward->addresses : std::vector<Ip>();
      if (std::find(found.begin(), found.end(), address) == found.end()) continue;
      method.state = State::kPass;
      return;
    }
    if (!open.empty()) {
      method.state = State::kLate;
      method.reason = WaitingFor(waited.missing = open);
    } else if (failed) {
      method.state = State::kTemperror;
    } else {
      // The section has permerror for "no PTR records", fail for names that lead elsewhere.
      method.state = reverse->names.empty() ? State::kPermerror : State::kFail;
    }
  }

  const Message& message_;
  const bool show_address_;
  const CheckServices& services_;
  std::shared_ptr<DnsLookups> lookups_;
};

class IprevType final : public CheckType {
 public:
  IprevType(const IprevOptions& options, const Config& /*config*/, const CheckServices& services)
      : options_(options), disposition_(options.MakeDisposition()), services_(services) {}

  std::string_view name() const override { return IprevOptions::kName; }
  const Disposition& disposition() const override { return disposition_; }
  std::unique_ptr<Check> Begin(const Message& message,
                               std::shared_ptr<MessageCost> /*cost*/) const override {
    return std::make_unique<IprevCheck>(message, options_.show_address, services_);
  }

 private:
  const IprevOptions options_;
  const Disposition disposition_;
  const CheckServices services_;
};

}  // namespace

extern const CheckEntry kIprevCheck;
const CheckEntry kIprevCheck = EntryOf<IprevOptions, IprevType>();

}  // namespace spillway
