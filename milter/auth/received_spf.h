// SPDX-License-Identifier: BSD-2-Clause
// The Received-SPF field of RFC 7208 section 9.1.
#pragma once

#include <string>

#include "milter/base/result.h"

namespace spillway {

struct ReceivedSpf {
  State result = State::kNone;
  std::string identity;  // "mailfrom" or "helo"
  std::string receiver;
  std::string client;  // an address
  std::string sender;  // MAIL FROM; empty for the null sender
  std::string helo;
};

// The field's value without the space after the colon. Late is temperror.
std::string FormatReceivedSpf(const ReceivedSpf& spf);

}  // namespace spillway
