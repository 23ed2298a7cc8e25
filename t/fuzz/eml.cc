// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/eml.h"

#include "milter/mail/encoded_words.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("eml", [](std::string_view input) {
  for (const HeaderField& field : ParseEml(input).headers)
    static_cast<void>(ReadableValue(field.value));
});

}  // namespace
}  // namespace spillway
