// SPDX-License-Identifier: BSD-2-Clause
// The verdict of libopendkim on a signed message, with its own canonicalization and its own parsing
// of keys.
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

  // For each signature, in the order of the header: does it verify with `record`? The same key
  // record is used for all signatures.
  std::vector<bool> Holds(const std::vector<HeaderField>& fields, const std::string& body,
                          const std::string& record) const;

 private:
  dkim_lib* library_;
};

}  // namespace spillway
