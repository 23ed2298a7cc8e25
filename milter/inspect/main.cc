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
#include "milter/inspect/html_text.h"
#include "milter/inspect/mime_walk.h"
#include "milter/inspect/sandbox.h"

namespace {

using namespace spillway;

// SIGPROF, which nobody catches, after so much processor time; 0: never.
void SetProcessorClock(long milliseconds) {
  const itimerval time{{}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_PROF, &time, nullptr);
}

bool Has(std::string_view wishes, char wish) {
  return wishes.find(wish) != std::string_view::npos;
}

void Serve(const FileTypes& types, InspectionWish wish, long milliseconds) {
  if (!WriteFrameBlocking(STDIN_FILENO, kChannelVersion)) return;
  for (std::string message; ReadFrameBlocking(STDIN_FILENO, message); message = {}) {
    SetProcessorClock(milliseconds);
    const std::string found = Encode(Inspect(message, types, wish));
    SetProcessorClock(0);
    if (!WriteFrameBlocking(STDIN_FILENO, found)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("spillway-inspector: spillway-milter starts it\n", stderr);
    return EX_USAGE;
  }
  try {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    g_mime_init();
    const FileTypes types;
    // What libraries open or allocate at their first use is there before the door is shut.
    PrepareCharsets();
    PrepareHtml();
    Inspect("Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n", types, {true, true});
    Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    EnterSandbox(std::strtoull(argv[1], nullptr, 10));
    // What libraries have to say of a stranger's message is not for the log.
    for (const int out : {STDOUT_FILENO, STDERR_FILENO}) dup3(nowhere.get(), out, 0);
    nowhere.Reset();
    const std::string_view wishes = argv[3];
    Serve(types, {Has(wishes, 't'), Has(wishes, 'h')}, std::strtol(argv[2], nullptr, 10));
    return EX_OK;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spillway-inspector: %s\n", error.what());
    return EX_OSERR;
  }
}
