// SPDX-License-Identifier: BSD-2-Clause
// dnsd ADDRESS PORT ZONEFILE: the rig's DNS server as a program. SIGHUP reads the zone again,
// SIGTERM ends it; "ready" on standard output says that it answers.
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>
#include <string>

#include "t/rig/dns_server.h"

namespace {

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: dnsd ADDRESS PORT ZONEFILE\n");
    return 64;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  try {
    spillway::DnsServer server(argv[1], static_cast<uint16_t>(std::stoul(argv[2])));
    server.Load(ReadFile(argv[3]));
    std::printf("ready\n");
    std::fflush(stdout);
    int signal = SIGHUP;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) server.Load(ReadFile(argv[3]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "dnsd: %s\n", error.what());
    return 1;
  }
  return 0;
}
