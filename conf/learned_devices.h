// SPDX-License-Identifier: BSD-2-Clause
// The devices that the policy daemon has learned to be unable to retry, for the filter to know them
// too: a text file beside the telemetry, an address a line, replaced as a whole. For IPv6 an
// address stands for its /64.
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
std::string FormatLearnedDevices(const std::vector<Ip>& devices);

// Thread-safe.
class LearnedDevices {
 public:
  explicit LearnedDevices(std::string path) : path_(std::move(path)) {}

  // Reads the file if it is another one than last time. One that cannot be read, or is over 4 MiB,
  // leaves what is known; lines that are no address are passed over.
  void Refresh();
  bool Contains(const Ip& address) const;

 private:
  using Set = std::unordered_set<std::string>;

  const std::string path_;
  ino_t inode_ = 0;
  int64_t changed_ = 0;  // nanoseconds
  mutable std::mutex mutex_;
  std::shared_ptr<const Set> devices_ = std::make_shared<Set>();  // guarded by mutex_
};

}  // namespace spillway
