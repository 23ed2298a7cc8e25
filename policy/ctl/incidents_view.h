// SPDX-License-Identifier: BSD-2-Clause
// The incident journal as people read it: a list, or one incident's time line for a status page.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// `journal` is the text of the journal file; lines that do not parse are left out. An empty `id`
// lists all incidents, the newest last.
std::string IncidentsAsText(std::string_view journal, const std::string& id);

}  // namespace spillway
