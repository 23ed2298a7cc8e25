// SPDX-License-Identifier: BSD-2-Clause
// SpamAssassin, by way of spamd.
#include "milter/check/scan_check.h"

namespace spillway {

namespace {

struct SpamdOptions final : OptionsOf<SpamdOptions, ScannerOptions> {
  static constexpr std::string_view kName = "spamd";
  SpamdOptions() {
    servers = {"inet:783@127.0.0.1"};
    scan = {"external"};
  }
  std::string on_spam = "none";

  std::vector<TomlKey> Keys() override {
    return With({{"on_spam", &on_spam, 0, 0, ValidContentAction}});
  }
  std::unique_ptr<ScanProtocol> Protocol() const override { return MakeSpamdProtocol(); }
  std::map<ScanReply::Kind, Wish> Actions() const override {
    return {{ScanReply::Kind::kSpam, WishFrom(on_spam)}};
  }
};

}  // namespace

extern const CheckEntry kSpamdCheck;
const CheckEntry kSpamdCheck = ScannerEntryOf<SpamdOptions>();

}  // namespace spillway
