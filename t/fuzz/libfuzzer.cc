// SPDX-License-Identifier: BSD-2-Clause
// libFuzzer on the target that $FUZZ_TARGET names; without one it prints their names.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "t/fuzz/fuzz.h"

namespace {

spillway::FuzzFunction g_target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* name = std::getenv("FUZZ_TARGET");
  const auto& targets = spillway::FuzzTargets();
  if (name != nullptr && targets.contains(name)) {
    g_target = targets.at(name);
    return 0;
  }
  for (const auto& [each, target] : targets) std::printf("%s\n", each.c_str());
  std::exit(name == nullptr ? 0 : 1);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  g_target({reinterpret_cast<const char*>(data), size});
  return 0;
}
