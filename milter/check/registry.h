// SPDX-License-Identifier: BSD-2-Clause
// The makers of the checks; each returns null when its section says enabled = false,
// or (DMARC) that of a check it goes by.
#pragma once

#include "milter/check/check.h"

namespace spillway {

std::unique_ptr<CheckType> MakeIprevCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeAuthCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeSpfCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeDkimCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeArcCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeDmarcCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeDnsblCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeAttachmentsCheck(const Config& config,
                                                const CheckServices& services);
std::unique_ptr<CheckType> MakeClamdCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeSpamdCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeRspamdCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeRulesCheck(const Config& config, const CheckServices& services);
// These two also throw std::runtime_error when a key cannot be used.
std::unique_ptr<CheckType> MakeSignCheck(const Config& config, const CheckServices& services);
std::unique_ptr<CheckType> MakeSealCheck(const Config& config, const CheckServices& services);

}  // namespace spillway
