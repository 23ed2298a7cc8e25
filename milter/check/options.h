// SPDX-License-Identifier: BSD-2-Clause
// What the sections of all checks have. A check derives its options from this, says its name, and
// adds its keys:
//
//   struct FooOptions final : OptionsOf<FooOptions> {
//     static constexpr std::string_view kName = "foo";
//     int64_t most = 10;
//     std::vector<TomlKey> Keys() override { return With({{"most", &most, 1, 100}}); }
//   };
#pragma once

#include <string>
#include <vector>

#include "conf/config.h"
#include "conf/validators.h"
#include "milter/check/disposition.h"

namespace spillway {

struct CheckOptions : Section {
  bool on = true;
  std::string on_timeout = "accept";
  bool is_required = false;

  bool enabled() const override { return on; }
  bool required() const override { return is_required; }
  bool tempfails_late() const override { return on_timeout != "accept"; }
  std::vector<TomlKey> Keys() override { return With({}); }
  // The keys that every check has, and `own`.
  std::vector<TomlKey> With(const std::vector<TomlKey>& own) {
    std::vector<TomlKey> keys = {{"enabled", &on},
                                 {"on_timeout", &on_timeout, 0, 0, ValidOnTimeout},
                                 {"required", &is_required}};
    keys.insert(keys.end(), own.begin(), own.end());
    return keys;
  }
  Disposition MakeDisposition() const {
    return {.tempfail_on_timeout = TempfailSet(on_timeout),
            .tempfail_on_down = {},
            .required = {.everybody = is_required, .classes = {}}};
  }
  // Of one that looks at the content, where "could not be had" is treated as late.
  Disposition MakeContentDisposition(const Config& config) const {
    Disposition out = MakeDisposition();
    out.tempfail_on_down = out.tempfail_on_timeout;
    out.shadow = config.content.shadow;
    return out;
  }
};

template <typename Self, typename Base = CheckOptions>
struct OptionsOf : Base {
  std::string_view name() const final { return Self::kName; }
  std::unique_ptr<Section> Clone() const final {
    return std::make_unique<Self>(static_cast<const Self&>(*this));
  }
};

}  // namespace spillway
