// SPDX-License-Identifier: BSD-2-Clause
// scanner-filter CONFIG DELAYFILE WORKERS accept|tempfail: the shipped filter with one more check,
// "scanner", which stands for a content scanner that has WORKERS processes and takes as many
// seconds for a message as DELAYFILE says at the moment; the last word is its on_timeout. A fake,
// because a real scanner cannot be made slow at will.
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "conf/command_line.h"
#include "conf/log_options.h"
#include "milter/base/listener.h"
#include "milter/run.h"
#include "t/rig/recording_check.h"

namespace spillway {
namespace {

class Scanner {
 public:
  Scanner(std::string delay_file, int workers)
      : delay_file_(std::move(delay_file)), free_(workers) {}

  // In the order of arrival, as a scanner's listen queue has it.
  Result Scan(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const uint64_t ticket = next_++;
    const auto mine = [this, ticket] { return free_ > 0 && ticket == serving_; };
    while (!mine()) {
      if (changed_.wait_until(lock, deadline.at()) == std::cv_status::timeout && !mine()) {
        Leave(ticket);
        return {State::kLate, "waiting for scanner", {}};
      }
      SkipGone();
    }
    ++serving_;
    --free_;
    SkipGone();
    changed_.notify_all();
    const bool done = Work(lock, deadline);
    ++free_;
    changed_.notify_all();
    return done ? Result{.state = State::kPass} : Result{State::kLate, "waiting for scanner", {}};
  }

 private:
  bool Work(std::unique_lock<std::mutex>& lock, Deadline deadline) {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < Delay()) {
      if (std::chrono::steady_clock::now() >= deadline.at()) return false;
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the work itself
      lock.lock();
    }
    return true;
  }
  std::chrono::duration<double> Delay() const {
    std::ifstream file(delay_file_);
    double seconds = 0;
    file >> seconds;
    return std::chrono::duration<double>(seconds);
  }
  void Leave(uint64_t ticket) {
    gone_.insert(ticket);
    SkipGone();
    changed_.notify_all();
  }
  void SkipGone() {
    while (gone_.erase(serving_) > 0) ++serving_;
  }

  const std::string delay_file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
  uint64_t next_ = 0;
  uint64_t serving_ = 0;
  std::set<uint64_t> gone_;
};

int Run(const char* config_path, const char* delay_file, int workers, bool tempfail) {
  LoadResult loaded = LoadConfig(config_path);
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "%s\n", error.c_str());
  if (!loaded.errors.empty()) return 78;
  FillHostName(loaded.config);
  Log log(LogOptions(loaded.config, "scanner-filter"));
  const auto scanner = std::make_shared<Scanner>(delay_file, workers);
  const auto make_checks = [scanner, tempfail](const Config&, const CheckServices&) {
    RecordingCheckPlan plan;
    plan.name = "scanner";
    plan.tempfail = tempfail;
    plan.finish = [scanner](Deadline deadline) { return scanner->Scan(deadline); };
    CheckTypes types;
    types.push_back(std::make_unique<RecordingCheckType>(plan));
    return types;
  };
  const auto& milter = loaded.config.milter;
  const Fd listener =
      Listen(*Endpoint::Parse(milter.socket), milter.socket_mode, milter.socket_group);
  const SystemClock clock;
  const auto generation =
      std::make_shared<const Generation>(loaded.config, log, clock, make_checks);
  return RunMilter({generation, log, clock, listener});
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: scanner-filter CONFIG DELAYFILE WORKERS accept|tempfail\n");
    return 64;
  }
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT, SIGPIPE}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return spillway::Run(argv[1], argv[2], std::stoi(argv[3]), argv[4] == std::string("tempfail"));
}
