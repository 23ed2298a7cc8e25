// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/sandbox.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

namespace spillway {

namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// madvise and futex are malloc's, the signals abort()'s, setitimer is the clock of each message.
constexpr std::array kAllowed = {SCMP_SYS(read),
                                 SCMP_SYS(write),
                                 SCMP_SYS(close),
                                 SCMP_SYS(dup3),
                                 SCMP_SYS(brk),
                                 SCMP_SYS(mmap),
                                 SCMP_SYS(munmap),
                                 SCMP_SYS(mremap),
                                 SCMP_SYS(madvise),
                                 SCMP_SYS(futex),
                                 SCMP_SYS(rt_sigprocmask),
                                 SCMP_SYS(rt_sigreturn),
                                 SCMP_SYS(getpid),
                                 SCMP_SYS(gettid),
                                 SCMP_SYS(setitimer),
                                 SCMP_SYS(clock_gettime),
                                 SCMP_SYS(gettimeofday),
                                 SCMP_SYS(getrandom),
                                 SCMP_SYS(exit),
                                 SCMP_SYS(exit_group),
                                 SCMP_SYS(restart_syscall)};

// Libraries look for files (a charset that nobody has heard of), and do without.
constexpr std::array kRefused = {SCMP_SYS(openat),     SCMP_SYS(open),     SCMP_SYS(newfstatat),
                                 SCMP_SYS(stat),       SCMP_SYS(lstat),    SCMP_SYS(fstat),
                                 SCMP_SYS(access),     SCMP_SYS(readlink), SCMP_SYS(readlinkat),
                                 SCMP_SYS(faccessat2), SCMP_SYS(getcwd),   SCMP_SYS(prlimit64)};

void Must(int result, const char* what) {
  if (result < 0)
    throw std::system_error(result == -1 ? errno : -result, std::generic_category(), what);
}

// Private writable memory of this process, in octets: what RLIMIT_DATA counts.
uint64_t DataSize() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    uint64_t kib = 0;
    if (word == "VmData:" && status >> kib) return kib * 1024;
  }
  throw std::runtime_error("/proc/self/status has no VmData");
}

void Limit(__rlimit_resource_t resource, uint64_t value) {
  const rlimit limit{value, value};
  Must(setrlimit(resource, &limit), "setrlimit");
}

}  // namespace

void EnterSandbox(uint64_t memory) {
  Limit(RLIMIT_CORE, 0);  // a core would be somebody's mail on disk
  Limit(RLIMIT_DATA, DataSize() + memory);
  Must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl");
  const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
  if (!filter) throw std::runtime_error("seccomp: out of memory");
  for (const int call : kAllowed)
    Must(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0), "seccomp");
  // abort()'s; no process but this.
  Must(seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                        SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid()))),
       "seccomp");
  for (const int call : kRefused)
    Must(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 0), "seccomp");
  Must(seccomp_load(filter.get()), "seccomp");
}

void SetProcessorClock(long milliseconds) {
  const itimerval time{{}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
  setitimer(ITIMER_PROF, &time, nullptr);
}

}  // namespace spillway
