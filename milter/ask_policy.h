// SPDX-License-Identifier: BSD-2-Clause
// The filter asks spillway-policyd at connect, in the Postfix policy protocol: for Sendmail, which
// has no policy service, and for Postfix without one. The filter asks; it does not decide.
#pragma once

#include <chrono>
#include <string>

#include "milter/base/endpoint.h"

namespace spillway {

// True when the policy daemon wants the session refused. No answer within `timeout`, or none at
// all, is false: when in doubt, mail flows.
bool PolicyRefuses(const Endpoint& policy, const std::string& client_address,
                   const std::string& client_port, std::chrono::milliseconds timeout);

}  // namespace spillway
