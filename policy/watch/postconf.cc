// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/postconf.h"

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>

namespace spillway {

MasterService ParseMasterService(const std::string& line) {
  std::istringstream words(line);
  MasterService out;
  std::string other;
  words >> out.name >> out.type;
  for (int i = 0; i < 4; ++i) words >> other;  // private, unprivileged, chroot, wakeup
  words >> out.maxproc >> out.program;
  return words ? out : MasterService{};
}

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
