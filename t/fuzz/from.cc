// SPDX-License-Identifier: BSD-2-Clause

#include "milter/mail/from.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("from",
                         [](std::string_view input) { static_cast<void>(ParseFrom(input)); });

}  // namespace
}  // namespace spillway
