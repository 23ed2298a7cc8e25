// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/postconf.h"

#include <array>
#include <cstdio>
#include <memory>

namespace spillway {

std::string Postconf(const std::string& arguments) {
  const std::string command = "postconf " + arguments + " 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), &::pclose);
  std::string out;
  if (!pipe) return out;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) out += buffer.data();
  return out;
}

}  // namespace spillway
