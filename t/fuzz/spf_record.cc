// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/spf_record.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("spf_record",
                         [](std::string_view input) { static_cast<void>(ParseSpfRecord(input)); });

}  // namespace
}  // namespace spillway
