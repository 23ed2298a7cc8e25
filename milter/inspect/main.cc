// SPDX-License-Identifier: BSD-2-Clause
// spillway-inspector: takes messages apart for spillway-milter, which starts it and speaks to it
// over its standard input. Nobody else has a use for it.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "milter/base/fd.h"
#include "milter/base/memory.h"
#include "milter/inspect/archive_list.h"
#include "milter/inspect/channel.h"
#include "milter/inspect/html_text.h"
#include "milter/inspect/mime_walk.h"
#include "milter/inspect/part_text.h"
#include "milter/inspect/process.h"
#include "milter/inspect/sandbox.h"
#include "milter/inspect/shared_text.h"

namespace {

using namespace spillway;

bool Has(std::string_view wishes, char wish) {
  return wishes.find(wish) != std::string_view::npos;
}

// A request is the size of a message in the shared memory, as text.
void Serve(const FileTypes& types, const SharedText& message, InspectionWish wish,
           long milliseconds) {
  constexpr size_t kMaxRequest = 20;
  if (!WriteTextBlocking(STDIN_FILENO, kChannelVersion)) return;
  for (std::string request; ReadTextBlocking(STDIN_FILENO, kMaxRequest, request);) {
    const size_t size = std::strtoull(request.c_str(), nullptr, 10);
    if (size > message.size()) return;
    SetProcessorClock(milliseconds);
    const std::string found = Encode(Inspect(message.Read(size), types, wish));
    SetProcessorClock(0);
    if (!WriteTextBlocking(STDIN_FILENO, found)) return;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("spillway-inspector: spillway-milter starts it\n", stderr);
    return EX_USAGE;
  }
  try {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    KeepMemory();
    const FileTypes types;
    // Libraries must open and allocate what they need at first use before the sandbox closes.
    PrepareArchives();
    PrepareCharsets();
    PrepareHtml();
    Inspect("Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n", types, {true, true});
    const SharedText message(kInspectorMemory, std::strtoull(argv[4], nullptr, 10));
    close(kInspectorMemory);
    Fd nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
    EnterSandbox(std::strtoull(argv[1], nullptr, 10));
    // What libraries have to say of a stranger's message is not for the log.
    for (const int out : {STDOUT_FILENO, STDERR_FILENO}) dup3(nowhere.get(), out, 0);
    nowhere.Reset();
    const std::string_view wishes = argv[3];
    Serve(types, message, {Has(wishes, 't'), Has(wishes, 'h')}, std::strtol(argv[2], nullptr, 10));
    return EX_OK;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spillway-inspector: %s\n", error.what());
    return EX_OSERR;
  }
}
