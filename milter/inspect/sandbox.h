// SPDX-License-Identifier: BSD-2-Clause
// Where strangers' archives and MIME are taken apart: a process that can do nothing but compute and
// talk over the one socket that it was given.
#pragma once

#include <cstdint>

namespace spillway {

// From here on the process may use `memory` octets more than it does now, and no system call but
// those for memory, reading, writing and ending; files are refused, and any other ends it. For
// good. Throws std::runtime_error when the kernel cannot (seccomp(2) with filters).
void EnterSandbox(uint64_t memory);

// SIGPROF, which nobody catches, after so much processor time; 0: never.
void SetProcessorClock(long milliseconds);

}  // namespace spillway
