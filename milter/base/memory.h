// SPDX-License-Identifier: BSD-2-Clause
// What is asked of the C library's allocator.
#pragma once

namespace spillway {

// What one message needed, the next one needs again: pages that go and come cost more than much of
// the work. Up to 16 MiB of free memory are kept for each of two arenas a core. Before any thread.
void KeepMemory();

}  // namespace spillway
