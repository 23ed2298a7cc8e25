// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/enclosed_files.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("enclosed_files", [](std::string_view input) {
  static_cast<void>(FilesInText(input));
  static_cast<void>(FilesInTnef(input));
});

}  // namespace
}  // namespace spillway
