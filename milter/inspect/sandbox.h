// SPDX-License-Identifier: BSD-2-Clause
// Where strangers' archives and MIME are taken apart: a process that can do nothing but compute and
// talk over the one socket that it was given.
#pragma once

#include <cstdint>

namespace spillway {

// From here on, for good, the process may use `memory` more octets and only the system calls for
// memory, time, reading, writing and ending. Calls that open files fail; any other call kills the
// process. Throws std::runtime_error when the kernel lacks seccomp(2) with filters.
void EnterSandbox(uint64_t memory);

// SIGPROF, which nobody catches, after so much processor time; 0: never.
void SetProcessorClock(long milliseconds);

}  // namespace spillway
