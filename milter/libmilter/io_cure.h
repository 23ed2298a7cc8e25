// SPDX-License-Identifier: BSD-2-Clause
// What io_cure.cc tells of.
#pragma once

#include <functional>

namespace spillway {

// `report` is called, with errno, whenever an MTA's connection must wait because the process is at
// its limit of descriptors, or out of memory. Set it before the server runs.
void SetOnShortage(std::function<void(int)> report);

}  // namespace spillway
