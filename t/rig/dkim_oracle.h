// SPDX-License-Identifier: BSD-2-Clause
// What libopendkim by itself says of a signed message: the whole library, with its own
// canonicaliser and its own reading of keys.
#pragma once

#include <string>
#include <vector>

#include "milter/mail/header.h"

struct dkim_lib;

namespace spillway {

class DkimOracle {
 public:
  DkimOracle();
  ~DkimOracle();
  DkimOracle(const DkimOracle&) = delete;
  DkimOracle& operator=(const DkimOracle&) = delete;

  // By signature, in the order of the header: does it hold under `record`, the same key record for
  // all?
  std::vector<bool> Holds(const std::vector<HeaderField>& fields, const std::string& body,
                          const std::string& record) const;

 private:
  dkim_lib* library_;
};

}  // namespace spillway
