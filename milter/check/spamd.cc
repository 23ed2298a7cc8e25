// SPDX-License-Identifier: BSD-2-Clause
// SpamAssassin, by way of spamd.
#include "milter/check/registry.h"
#include "milter/check/scan_check.h"

namespace spillway {

std::unique_ptr<CheckType> MakeSpamdCheck(const Config& config, const CheckServices& services) {
  return MakeScanCheck({"spamd",
                        config.spamd,
                        MakeSpamdProtocol(),
                        {{ScanReply::Kind::kSpam, WishFrom(config.spamd.on_spam)}}},
                       config, services);
}

}  // namespace spillway
