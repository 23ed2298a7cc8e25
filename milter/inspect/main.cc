// SPDX-License-Identifier: BSD-2-Clause
// spillway-inspector: takes messages apart for spillway-milter, which starts it and speaks to it
// over its standard input. Nobody else has a use for it.
#include <fcntl.h>
#include <gmime/gmime.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "milter/base/fd.h"
#include "milter/inspect/channel.h"
#include "milter/inspect/mime_walk.h"
#include "milter/inspect/sandbox.h"

namespace {

using namespace spillway;

// SIGPROF, which nobody catches, after so much processor time; 0: never.
void SetProcessorClock(long milliseconds) {
  const itimerval time{{}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_PROF, &time, nullptr);
}

void Serve(const FileTypes& types, long milliseconds) {
  if (!WriteFrameBlocking(STDIN_FILENO, kChannelVersion)) return;
  for (std::string message; ReadFrameBlocking(STDIN_FILENO, message); message = {}) {
    SetProcessorClock(milliseconds);
    const std::string found = Encode(Inspect(message, types));
    SetProcessorClock(0);
    if (!WriteFrameBlocking(STDIN_FILENO, found)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("spillway-inspector: spillway-milter starts it\n", stderr);
    return EX_USAGE;
  }
  try {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    g_mime_init();
    const FileTypes types;
    // What libraries open or allocate at their first use is there before the door is shut.
    Inspect("Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n", types);
    const Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    EnterSandbox(std::strtoull(argv[1], nullptr, 10));
    // What libraries have to say of a stranger's message is not for the log.
    dup3(nowhere.get(), STDERR_FILENO, 0);
    Serve(types, std::strtol(argv[2], nullptr, 10));
    return EX_OK;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spillway-inspector: %s\n", error.what());
    return EX_OSERR;
  }
}
