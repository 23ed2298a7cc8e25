// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "milter/inspect/channel.h"

namespace spillway {

namespace {

constexpr size_t kMaxAnswer = 5 << 20;
constexpr auto kStartTime = std::chrono::seconds(10);
// A process that may compute for a second may have to wait for the processor for longer.
constexpr int kPatience = 10;

// The child inherits only one end of the socket (as standard input), the shared memory, and
// standard error. If it inherited a client's connection, that connection would stay open after our
// exit.
class SpawnPlan {
 public:
  SpawnPlan(int socket, int memory) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, memory, kInspectorMemory);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kInspectorMemory + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int Spawn(pid_t& pid, const std::string& program, const std::vector<std::string>& words) const {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    return posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv.data(),
                       environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string Letters(InspectionWish wish) {
  return std::string(wish.text ? "t" : "") + (wish.hosts ? "h" : "");
}

}  // namespace

InspectorProcess::InspectorProcess(const std::string& program, const InspectorOrders& orders,
                                   const Clock& clock)
    : orders_(orders), clock_(clock), message_(orders.max_size) {
  Start(program);
  std::string greeting;
  const Deadline deadline(clock_.Now() + kStartTime);
  const ChannelState state =
      ReadText(socket_.get(), kChannelVersion.size(), deadline, clock_, greeting);
  if (state == ChannelState::kOk && greeting == kChannelVersion) return;
  const std::string end = Bury();
  throw std::runtime_error(program + (state == ChannelState::kOk ? " is of another version"
                                                                 : " does not start: " + end));
}

InspectorProcess::~InspectorProcess() {
  Bury();
}

void InspectorProcess::Start(const std::string& program) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::runtime_error(std::string("socketpair: ") + std::strerror(errno));
  socket_ = Fd(ends[0]);
  const Fd theirs(ends[1]);
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(orders_.processor).count();
  const int error = SpawnPlan(theirs.get(), message_.fd())
                        .Spawn(pid_, program,
                               {program, std::to_string(orders_.memory), std::to_string(ms),
                                Letters(orders_.wish), std::to_string(orders_.max_size)});
  if (error == 0) return;
  pid_ = -1;
  throw std::runtime_error(program + ": " + std::strerror(error));
}

std::string InspectorProcess::Bury() {
  socket_.Reset();
  if (pid_ < 0) return obituary_;
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status))
    obituary_ = WTERMSIG(status) == SIGPROF ? std::string(kTooLong)
                                            : "ended by signal " + std::to_string(WTERMSIG(status));
  else
    obituary_ = "ended with status " + std::to_string(WEXITSTATUS(status));
  return obituary_;
}

bool InspectorProcess::Alive() const {
  pollfd end{socket_.get(), POLLIN, 0};
  return poll(&end, 1, 0) == 0;
}

std::optional<Inspection> InspectorProcess::Ask(const std::vector<std::string_view>& message) {
  std::string answer;
  const Deadline deadline(clock_.Now() + orders_.processor * kPatience);
  size_t size = 0;
  for (const std::string_view piece : message) size += piece.size();
  if (!message_.Write(message)) return Inspection{.unreadable = "too large"};
  ChannelState state = SendShort(socket_.get(), std::to_string(size));
  if (state == ChannelState::kOk)
    state = ReadText(socket_.get(), kMaxAnswer, deadline, clock_, answer);
  if (state == ChannelState::kOk) {
    if (auto found = DecodeInspection(answer)) return found;
  }
  Bury();
  if (state == ChannelState::kLate) obituary_ = kTooLong;
  return std::nullopt;
}

}  // namespace spillway
