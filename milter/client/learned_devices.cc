// SPDX-License-Identifier: BSD-2-Clause
#include "milter/client/learned_devices.h"

#include <sys/stat.h>

#include <fstream>

namespace spillway {

namespace {

constexpr size_t kMaxFile = 4 << 20;

constexpr std::string_view kUser = "user ";

std::string Key(const Ip& address) {
  // The zero keeps it apart from lines of users.
  return std::string(1, '\0').append(address.HostOctets());
}

}  // namespace

std::string LearnedDevicesPath(const std::string& telemetry_file) {
  return telemetry_file + ".devices";
}

std::string FormatLearnedDevices(const DeviceNames& devices) {
  std::string text;
  const auto add = [&text](const std::string& line) {
    if (text.size() + line.size() < kMaxFile) text.append(line).append("\n");
  };
  for (const Ip& address : devices.addresses) add(address.ToString());
  for (const std::string& user : devices.users) add(std::string(kUser).append(user));
  return text;
}

void LearnedDevices::Refresh() {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0 || static_cast<size_t>(info.st_size) > kMaxFile) return;
  const int64_t changed = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
  if (info.st_ino == inode_ && changed == changed_) return;
  std::ifstream file(path_);
  if (!file) return;
  inode_ = info.st_ino;
  changed_ = changed;
  auto devices = std::make_shared<Set>();
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kUser))
      devices->insert(line);
    else if (const auto address = Ip::Parse(line))
      devices->insert(Key(*address));
  }
  const std::lock_guard lock(mutex_);
  devices_ = std::move(devices);
}

bool LearnedDevices::Contains(const Ip& address) const {
  return ContainsKey(Key(address));
}

bool LearnedDevices::ContainsUser(std::string_view user) const {
  return ContainsKey(std::string(kUser).append(user));
}

bool LearnedDevices::ContainsKey(const std::string& key) const {
  std::shared_ptr<const Set> devices;
  {
    const std::lock_guard lock(mutex_);
    devices = devices_;
  }
  return devices->contains(key);
}

}  // namespace spillway
