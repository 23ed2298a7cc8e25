// SPDX-License-Identifier: BSD-2-Clause
// rspamd, which has a word of its own for what to do.
#include "milter/check/registry.h"
#include "milter/check/scan_check.h"

namespace spillway {

std::unique_ptr<CheckType> MakeRspamdCheck(const Config& config, const CheckServices& services) {
  return MakeScanCheck({"rspamd",
                        config.rspamd,
                        MakeRspamdProtocol(),
                        {{ScanReply::Kind::kSpam, WishFrom(config.rspamd.on_spam)},
                         {ScanReply::Kind::kReject, WishFrom(config.rspamd.on_reject)},
                         {ScanReply::Kind::kDefer, WishFrom(config.rspamd.on_defer)}}},
                       config, services);
}

}  // namespace spillway
