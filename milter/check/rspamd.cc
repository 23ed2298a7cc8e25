// SPDX-License-Identifier: BSD-2-Clause
// rspamd, which has a word of its own for what to do.
#include "milter/check/scan_check.h"

namespace spillway {

namespace {

struct RspamdOptions final : OptionsOf<RspamdOptions, ScannerOptions> {
  static constexpr std::string_view kName = "rspamd";
  RspamdOptions() {
    servers = {"inet:11333@127.0.0.1"};
    scan = {"external"};
  }
  std::string on_spam = "none";
  std::string on_reject = "reject";
  std::string on_defer = "tempfail";

  std::vector<TomlKey> Keys() override {
    return With({{"on_spam", &on_spam, 0, 0, ValidContentAction},
                 {"on_reject", &on_reject, 0, 0, ValidContentAction},
                 {"on_defer", &on_defer, 0, 0, ValidContentAction}});
  }
  std::unique_ptr<ScanProtocol> Protocol() const override { return MakeRspamdProtocol(); }
  std::map<ScanReply::Kind, Wish> Actions() const override {
    return {{ScanReply::Kind::kSpam, WishFrom(on_spam)},
            {ScanReply::Kind::kReject, WishFrom(on_reject)},
            {ScanReply::Kind::kDefer, WishFrom(on_defer)}};
  }
};

}  // namespace

extern const CheckEntry kRspamdCheck;
const CheckEntry kRspamdCheck = ScannerEntryOf<RspamdOptions>();

}  // namespace spillway
