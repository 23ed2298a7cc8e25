// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/mime_walk.h"

#include "milter/check/attachment_policy.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("mime_walk", [](std::string_view input) {
  static const FileTypes types;
  static const AttachmentPolicy policy{AttachmentsOptions{}};
  policy.Judge(Inspect(input, types, {.text = true, .hosts = true}));
});

}  // namespace
}  // namespace spillway
