// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/archive_list.h"

#include "milter/inspect/office.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("archive_list", [](std::string_view input) {
  MimePart part;
  ListingRoom room;
  ListArchive(input, room, part);
  LookIntoOfficeZip(part);
  LookIntoOle(input, part);
});

}  // namespace
}  // namespace spillway
