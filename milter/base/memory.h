// SPDX-License-Identifier: BSD-2-Clause
// What is asked of the C library's allocator.
#pragma once

namespace spillway {

// The next message needs the memory of the last one again: returning pages to the kernel and
// getting them back costs more than much of the work. Keeps up to 16 MiB free in each arena, with
// at most two arenas per core. Call before any thread starts.
void KeepMemory();

}  // namespace spillway
