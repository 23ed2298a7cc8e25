// SPDX-License-Identifier: BSD-2-Clause
// The registry: one line for each check, in running order.
#include "milter/check/registry.h"

#include <array>

namespace spillway {

namespace {

using Maker = std::unique_ptr<CheckType> (*)(const Config&, const CheckServices&);

constexpr std::array<Maker, 14> kMakers = {
    MakeIprevCheck, MakeAuthCheck,        MakeSpfCheck,   MakeDkimCheck,  MakeArcCheck,
    MakeDmarcCheck,  // judges by what those found
    MakeDnsblCheck, MakeAttachmentsCheck, MakeClamdCheck, MakeSpamdCheck, MakeRspamdCheck,
    MakeRulesCheck, MakeSignCheck,
    MakeSealCheck,  // seals what all the others found
};

}  // namespace

CheckTypes MakeChecks(const Config& config, const CheckServices& services) {
  CheckTypes types;
  for (const Maker make : kMakers) {
    if (auto type = make(config, services)) types.push_back(std::move(type));
  }
  return types;
}

}  // namespace spillway
