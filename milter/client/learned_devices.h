// SPDX-License-Identifier: BSD-2-Clause
// The devices that the policy daemon has learned to be unable to retry, for the filter to know them
// too: a text file beside the telemetry, replaced as a whole. A line is an address, which for IPv6
// stands for its /64, or "user NAME" for one that authenticates (SASL).
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

  // Reads the file if it is another one than last time. One that cannot be read, or is over 4 MiB,
  // leaves what is known; lines of another form are passed over.
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
