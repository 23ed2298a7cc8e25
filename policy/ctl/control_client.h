// SPDX-License-Identifier: BSD-2-Clause
// One command over the daemon's control socket.
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// The whole answer. Throws std::system_error or std::runtime_error, naming the socket; waits 5 s at
// most.
std::string AskControl(const std::string& socket, std::string_view command);

}  // namespace spillway
