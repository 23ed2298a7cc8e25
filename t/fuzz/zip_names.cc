// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/zip_names.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("zip_names",
                         [](std::string_view input) { static_cast<void>(ZipNamesDiffer(input)); });

}  // namespace
}  // namespace spillway
