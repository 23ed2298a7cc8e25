// SPDX-License-Identifier: BSD-2-Clause
// What the checks that ask a scanner have in common; clamd.cc, spamd.cc and rspamd.cc are their
// differences.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "milter/check/entry.h"
#include "milter/scan/scanner.h"

namespace spillway {

// What every scanner's section has. Lists of classes of client.
struct ScannerOptions : Section {
  bool on = false;
  Strings servers;
  int64_t connections = 50;
  Strings scan{"external", "internal", "authenticated"};
  Strings tempfail_on_timeout;
  Strings tempfail_on_down;
  Strings required_for;

  bool enabled() const override { return on; }
  bool droppable() const override { return true; }
  bool required() const override { return !required_for.empty(); }
  bool tempfails_late() const override { return !tempfail_on_timeout.empty(); }
  std::string Complaint(const Config& config) const override;
  std::vector<TomlKey> With(const std::vector<TomlKey>& own);
  Disposition MakeDisposition(const Config& config) const;

  virtual std::unique_ptr<ScanProtocol> Protocol() const = 0;
  // What is done for a verdict; nothing for those that are not in it.
  virtual std::map<ScanReply::Kind, Wish> Actions() const = 0;
};

// The check of a scanner with such options: the maker in its entry.
std::unique_ptr<CheckType> MakeScanCheck(const ScannerOptions& options, const Config& config,
                                         const CheckServices& services);

template <typename Options>
constexpr CheckEntry ScannerEntryOf() {
  return {Options::kName, []() -> std::unique_ptr<Section> { return std::make_unique<Options>(); },
          [](const Config& config, const CheckServices& services) {
            return MakeScanCheck(config.checks.Of<Options>(), config, services);
          }};
}

}  // namespace spillway
