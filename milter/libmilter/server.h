// SPDX-License-Identifier: BSD-2-Clause
// The milter protocol on libmilter: maps callbacks to session calls and verdicts to replies. Only
// server.cc includes libmilter; io_cure.cc and pool_cure.cc replace calls that libmilter makes. One
// server per process, because libmilter's state is global.
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
