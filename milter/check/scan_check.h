// SPDX-License-Identifier: BSD-2-Clause
// What the checks that ask a scanner have in common; clamd.cc, spamd.cc and rspamd.cc are their
// differences.
#pragma once

#include <map>

#include "milter/check/check.h"
#include "milter/scan/scanner.h"

namespace spillway {

// `options` is the section of the check `name`; `actions` what is done for a verdict, nothing for
// those that are not in it.
struct ScanCheckParts {
  std::string_view name;
  const ScannerOptions& options;
  std::unique_ptr<ScanProtocol> protocol;
  std::map<ScanReply::Kind, Wish> actions;
};

std::unique_ptr<CheckType> MakeScanCheck(ScanCheckParts parts, const Config& config,
                                         const CheckServices& services);

}  // namespace spillway
