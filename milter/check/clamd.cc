// SPDX-License-Identifier: BSD-2-Clause
// The virus scanner clamd.
#include "milter/check/registry.h"
#include "milter/check/scan_check.h"

namespace spillway {

std::unique_ptr<CheckType> MakeClamdCheck(const Config& config, const CheckServices& services) {
  return MakeScanCheck({"clamd",
                        config.clamd,
                        MakeClamdProtocol(),
                        {{ScanReply::Kind::kInfected, WishFrom(config.clamd.on_infected)}}},
                       config, services);
}

}  // namespace spillway
