// SPDX-License-Identifier: BSD-2-Clause
// With a checksum that is right: a wrong one is refused before anything else is read.
#include "policy/keep/state_file.h"

#include <unistd.h>

#include <cstring>
#include <fstream>

#include "milter/base/fnv.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

constexpr size_t kChecksum = 72;  // where it stands

const FuzzTarget kTarget("state_file", [](std::string_view input) {
  static const std::string path = "/dev/shm/spillway-fuzz." + std::to_string(::getpid());
  std::string text(input);
  if (text.size() >= kChecksum + sizeof(uint64_t)) {
    std::memset(text.data() + kChecksum, 0, sizeof(uint64_t));
    const uint64_t sum = Fnv1a(text);
    std::memcpy(text.data() + kChecksum, &sum, sizeof(sum));
  }
  std::ofstream(path, std::ios::binary) << text;
  static_cast<void>(LoadState(path));
  ::unlink(path.c_str());
});

}  // namespace
}  // namespace spillway
