// SPDX-License-Identifier: BSD-2-Clause
// The whole filter in a child process: RunMilter() with the test's configuration and, if it wants,
// its own checks. A child, because libmilter can run once in a process.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "conf/config.h"
#include "milter/generation.h"
#include "t/rig/dns_server.h"
#include "t/rig/milter_client.h"
#include "t/rig/temp_dir.h"

namespace spillway {

using MakeChecksFunction = std::function<CheckTypes(const Config&, const CheckServices&)>;

class Daemon {
 public:
  struct Options {
    std::string socket;  // empty: a unix socket in the daemon's directory
    std::string socket_mode = "0660";
    std::chrono::milliseconds budget{1000};
    std::string dns;  // "address:port"
    std::string log_level = "info";
    std::chrono::milliseconds dns_timeout{3000};
    MakeChecksFunction make_checks = MakeChecks;
    std::function<void(Config&)> configure;  // the rest; may be empty
  };
  explicit Daemon(Options options);
  // Kills what still runs; a test that cares about the end calls Stop().
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  MilterClient Connect() const { return MilterClient(endpoint_); }
  // Connected and negotiated.
  MilterClient Negotiated() const;
  const Endpoint& endpoint() const { return endpoint_; }
  std::string telemetry() const { return dir_ / "telemetry"; }
  std::string log() const { return dir_.Read("log"); }
  pid_t pid() const { return pid_; }
  int threads() const;
  // All but pipes: a sanitizer's symbolizer is started at some time, and is talked to by pipes.
  int descriptors() const;

  void Signal(int signal) const;
  // SIGTERM, and the exit status; -1 for a death by signal.
  int Stop();
  int Wait();

 private:
  void RunChild(const Options& options);

  const TempDir dir_;
  Endpoint endpoint_;
  Fd listener_;
  pid_t pid_ = -1;
};

// The processes that `pid` started and that still run.
std::vector<pid_t> Children(pid_t pid);

// One check whose verdict takes `time`.
MakeChecksFunction SleepyChecks(std::chrono::milliseconds time);

// A message with a header and a small body.
MilterMail SmallMail();

// The Authentication-Results fields that a reply inserts.
std::string InsertedResults(const MilterReply& reply);

}  // namespace spillway
