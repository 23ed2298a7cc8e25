// SPDX-License-Identifier: BSD-2-Clause

#include "milter/auth/dmarc_record.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("dmarc_record", [](std::string_view input) {
  static_cast<void>(ParseDmarcRecord(input));
});

}  // namespace
}  // namespace spillway
