// SPDX-License-Identifier: BSD-2-Clause
// [budget] drop_first: which checks a message goes without, and in which order, when the filter's
// own processor time is short (brownout). What a check leaves out, it says itself
// (CheckType::BeginReduced). Immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "milter/mail/message.h"

namespace spillway {

class DropOrder {
 public:
  static constexpr unsigned kAll = 1000;

  // Throws ConfigError for what cannot be dropped.
  explicit DropOrder(const Config& config);

  // The checks that a message of `client` goes without. `without`: 0 (none) to kAll (every check of
  // the list); `draw`: below kAll, another one for each message. The first of the list is dropped
  // for all messages before the second is dropped for any.
  std::vector<std::string_view> For(const Client& client, unsigned without, unsigned draw) const;

 private:
  struct Entry {
    std::string check;
    std::vector<std::string> classes;  // of client; empty: all
  };
  std::vector<Entry> entries_;
};

}  // namespace spillway
