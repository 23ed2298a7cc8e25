// SPDX-License-Identifier: BSD-2-Clause
// The rows of the authentication checks.
#include "conf/options.h"
#include "conf/validators.h"

namespace spillway {

std::vector<Option> AuthenticationOptions() {
  return {
      {"iprev", "enabled", [](Config& c) -> Field { return &c.iprev.enabled; }},
      {"iprev", "on_timeout", [](Config& c) -> Field { return &c.iprev.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"iprev", "required", [](Config& c) -> Field { return &c.iprev.required; }},
      {"iprev", "show_address", [](Config& c) -> Field { return &c.iprev.show_address; }},
      {"auth", "enabled", [](Config& c) -> Field { return &c.auth.enabled; }},
      {"auth", "show_user", [](Config& c) -> Field { return &c.auth.show_user; }},
      {"spf", "enabled", [](Config& c) -> Field { return &c.spf.enabled; }},
      {"spf", "on_timeout", [](Config& c) -> Field { return &c.spf.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"spf", "required", [](Config& c) -> Field { return &c.spf.required; }},
      {"spf", "received_spf", [](Config& c) -> Field { return &c.spf.received_spf; }},
      {"dkim", "enabled", [](Config& c) -> Field { return &c.dkim.enabled; }},
      {"dkim", "on_timeout", [](Config& c) -> Field { return &c.dkim.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dkim", "required", [](Config& c) -> Field { return &c.dkim.required; }},
      {"dkim", "max_signatures", [](Config& c) -> Field { return &c.dkim.max_signatures; }, 1, 50},
      {"dkim", "max_signed_headers", [](Config& c) -> Field { return &c.dkim.max_signed_headers; },
       10, 1000},
      {"dkim", "min_key_bits", [](Config& c) -> Field { return &c.dkim.min_key_bits; }, 512, 4096},
      {"dkim", "max_key_bits", [](Config& c) -> Field { return &c.dkim.max_key_bits; }, 2048, 4096},
      {"arc", "enabled", [](Config& c) -> Field { return &c.arc.enabled; }},
      {"arc", "on_timeout", [](Config& c) -> Field { return &c.arc.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"arc", "required", [](Config& c) -> Field { return &c.arc.required; }},
      {"arc", "trusted_sealers", [](Config& c) -> Field { return &c.arc.trusted_sealers; }, 0, 0,
       ValidHostName},
      {"dmarc", "enabled", [](Config& c) -> Field { return &c.dmarc.enabled; }},
      {"dmarc", "on_timeout", [](Config& c) -> Field { return &c.dmarc.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"dmarc", "required", [](Config& c) -> Field { return &c.dmarc.required; }},
      {"dmarc", "judge_ours", [](Config& c) -> Field { return &c.dmarc.judge_ours; }},
      {"dmarc", "act_on", [](Config& c) -> Field { return &c.dmarc.act_on; }, 0, 0, ValidClass},
      {"dmarc", "on_quarantine", [](Config& c) -> Field { return &c.dmarc.on_quarantine; }, 0, 0,
       ValidAction},
      {"dmarc", "on_reject", [](Config& c) -> Field { return &c.dmarc.on_reject; }, 0, 0,
       ValidAction},
      {"dmarc", "on_unclear_author", [](Config& c) -> Field { return &c.dmarc.on_unclear_author; },
       0, 0, ValidAction},
      {"sign", "enabled", [](Config& c) -> Field { return &c.sign.enabled; }},
      {"sign", "on_timeout", [](Config& c) -> Field { return &c.sign.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"sign", "required", [](Config& c) -> Field { return &c.sign.required; }},
      {"sign", "table", [](Config& c) -> Field { return &c.sign.table; }, 0, 0, ValidPath},
      {"sign", "canonicalization", [](Config& c) -> Field { return &c.sign.canonicalization; }, 0,
       0, ValidForm},
      {"sign", "check_published", [](Config& c) -> Field { return &c.sign.check_published; }},
      {"seal", "enabled", [](Config& c) -> Field { return &c.seal.enabled; }},
      {"seal", "on_timeout", [](Config& c) -> Field { return &c.seal.on_timeout; }, 0, 0,
       ValidOnTimeout},
      {"seal", "required", [](Config& c) -> Field { return &c.seal.required; }},
      {"seal", "domain", [](Config& c) -> Field { return &c.seal.domain; }, 0, 0, ValidDomain},
      {"seal", "selector", [](Config& c) -> Field { return &c.seal.selector; }, 0, 0,
       ValidSelector},
      {"seal", "key_file", [](Config& c) -> Field { return &c.seal.key_file; }, 0, 0, ValidKeyFile},
      {"seal", "check_published", [](Config& c) -> Field { return &c.seal.check_published; }},
  };
}

}  // namespace spillway
