// SPDX-License-Identifier: BSD-2-Clause

#include "milter/base/endpoint.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("endpoint",
                         [](std::string_view input) { static_cast<void>(Endpoint::Parse(input)); });

}  // namespace
}  // namespace spillway
