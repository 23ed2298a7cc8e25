// SPDX-License-Identifier: BSD-2-Clause
#include "t/inproc/daemon.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <ranges>
#include <stdexcept>
#include <thread>

#include "milter/base/listener.h"
#include "milter/run.h"
#include "t/rig/recording_check.h"

namespace spillway {

namespace {

// As main.cc does: libmilter's signal thread takes them.
void BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Config ConfigFor(const Daemon::Options& options, const TempDir& dir) {
  Config config;
  config.milter.authserv_id = "mx.example.org";
  config.milter.socket = options.socket;
  config.budget.per_message = options.budget;
  config.clients.internal.clear();
  config.dns.timeout = options.dns_timeout;
  config.dns.servers = {options.dns.empty() ? "127.0.0.1:1" : options.dns};
  config.telemetry.file = dir / "telemetry";
  if (options.configure) options.configure(config);
  return config;
}

std::filesystem::directory_iterator Entries(pid_t pid, const char* directory) {
  return std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/" + directory);
}

bool IsPipe(const std::filesystem::directory_entry& descriptor) {
  std::error_code closed_meanwhile;
  return std::filesystem::read_symlink(descriptor, closed_meanwhile).string().starts_with("pipe:");
}

}  // namespace

Daemon::Daemon(Options options) {
  if (options.socket.empty()) options.socket = "unix:" + (dir_ / "milter.sock");
  endpoint_ = Endpoint::Parse(options.socket).value();
  listener_ = Listen(endpoint_, options.socket_mode, "");
  pid_ = ::fork();
  if (pid_ == 0) RunChild(options);
  listener_.Reset();
}

void Daemon::RunChild(const Options& options) {
  int status = 99;
  try {
    BlockSignals();
    ::dup2(::open((dir_ / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), STDERR_FILENO);
    Log log({LogTarget::kStderr, "filter", 0, LogLevel::kInfo});
    const SystemClock clock;
    const auto generation = std::make_shared<const Generation>(ConfigFor(options, dir_), log, clock,
                                                               options.make_checks);
    status = RunMilter({generation, log, clock, listener_});
  } catch (const std::exception& error) {
    ::fprintf(stderr, "%s\n", error.what());
  }
  ::_exit(status);
}

Daemon::~Daemon() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

MilterClient Daemon::Negotiated() const {
  MilterClient client = Connect();
  if (!client.Negotiate()) throw std::runtime_error("the filter did not negotiate: " + log());
  return client;
}

int Daemon::threads() const {
  return static_cast<int>(std::ranges::distance(Entries(pid_, "task")));
}

int Daemon::descriptors() const {
  return static_cast<int>(std::ranges::count_if(Entries(pid_, "fd"), std::not_fn(IsPipe)));
}

void Daemon::Signal(int signal) const {
  ::kill(pid_, signal);
}

int Daemon::Stop() {
  Signal(SIGTERM);
  return Wait();
}

int Daemon::Wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

MakeChecksFunction SleepyChecks(std::chrono::milliseconds time) {
  return [time](const Config&, const CheckServices&) {
    RecordingCheckPlan plan;
    plan.wants_body = true;
    plan.finish = [time](Deadline) {
      std::this_thread::sleep_for(time);
      return Result{.state = State::kPass, .methods = {{.method = "plan", .state = State::kPass}}};
    };
    CheckTypes types;
    types.push_back(std::make_unique<RecordingCheckType>(std::move(plan)));
    return types;
  };
}

MilterMail SmallMail() {
  MilterMail mail;
  mail.headers = {{"From", " <sender@example.org>"}, {"Subject", " test"}};
  mail.body = "Hello.\r\n";
  return mail;
}

std::string InsertedResults(const MilterReply& reply) {
  std::string out;
  for (const HeaderEdit& edit : reply.edits) {
    if (edit.command == 'i' && edit.name == "Authentication-Results") out += edit.value;
  }
  return out;
}

std::vector<pid_t> Children(pid_t pid) {
  std::vector<pid_t> out;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) out.push_back(child);
  }
  return out;
}

}  // namespace spillway
