// SPDX-License-Identifier: BSD-2-Clause
// The devices of which spillway-policyd has learned that they cannot retry. The filter reads them
// from a text file beside the telemetry, which is replaced as a whole. A line is an address (for
// IPv6 it stands for its /64), or "user NAME" for a device that authenticates with SASL.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "milter/base/ip.h"

namespace spillway {

std::string LearnedDevicesPath(const std::string& telemetry_file);

struct DeviceNames {
  std::vector<Ip> addresses;
  std::vector<std::string> users;
};
// As many as fit into 4 MiB.
std::string FormatLearnedDevices(const DeviceNames& devices);

// Thread-safe.
class LearnedDevices {
 public:
  explicit LearnedDevices(std::string path) : path_(std::move(path)) {}

  // Reads the file if it has changed. If the file cannot be read, or is over 4 MiB, the known
  // devices stay; invalid lines are ignored.
  void Refresh();
  bool Contains(const Ip& address) const;
  bool ContainsUser(std::string_view user) const;

 private:
  // Lines of users, and the octets of addresses behind a zero.
  using Set = std::unordered_set<std::string>;
  bool ContainsKey(const std::string& key) const;

  const std::string path_;
  ino_t inode_ = 0;
  int64_t changed_ = 0;  // nanoseconds
  mutable std::mutex mutex_;
  std::shared_ptr<const Set> devices_ = std::make_shared<Set>();  // guarded by mutex_
};

}  // namespace spillway
