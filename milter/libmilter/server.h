// SPDX-License-Identifier: BSD-2-Clause
// The milter protocol, by libmilter: callbacks to session calls, verdicts to replies. With
// pool_cure.cc the only file that sees libmilter; there can be one server in a process, because
// libmilter is one.
#pragma once

#include <string>

#include "milter/base/fd.h"
#include "milter/session.h"

namespace spillway {

// Serves `listener` until SIGTERM or SIGINT, then drains: no new connections, the messages in
// flight are finished, at most `per_message` and a few seconds. False when libmilter could not
// start or failed. The signals must be blocked in every thread.
bool ServeMilter(const Fd& listener, SessionShared& shared);

}  // namespace spillway
