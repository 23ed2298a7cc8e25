// SPDX-License-Identifier: BSD-2-Clause
// The virus scanner clamd.
#include "milter/check/scan_check.h"

namespace spillway {

namespace {

struct ClamdOptions final : OptionsOf<ClamdOptions, ScannerOptions> {
  static constexpr std::string_view kName = "clamd";
  ClamdOptions() { servers = {"unix:/run/clamav/clamd.ctl"}; }
  std::string on_infected = "reject";

  std::vector<TomlKey> Keys() override {
    return With({{"on_infected", &on_infected, 0, 0, ValidContentAction}});
  }
  std::unique_ptr<ScanProtocol> Protocol() const override { return MakeClamdProtocol(); }
  std::map<ScanReply::Kind, Wish> Actions() const override {
    return {{ScanReply::Kind::kInfected, WishFrom(on_infected)}};
  }
};

}  // namespace

extern const CheckEntry kClamdCheck;
const CheckEntry kClamdCheck = ScannerEntryOf<ClamdOptions>();

}  // namespace spillway
