// SPDX-License-Identifier: BSD-2-Clause
#include "milter/libmilter/macro_guard.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr size_t kLength = 4;  // octets, the most significant first; what follows has that many
constexpr char kMacro = 'D';

}  // namespace

bool MacroGuard::Pass(std::string_view octets) {
  while (!octets.empty()) {
    if (head_ < kLength) {
      left_ = left_ << 8U | static_cast<unsigned char>(octets.front());
      ++head_;
      octets.remove_prefix(1);
      if (head_ == kLength && left_ == 0) return false;  // no command, which libmilter misreads
      continue;
    }
    const size_t size = std::min<size_t>(left_, octets.size());
    if (!PassData(octets.substr(0, size))) return false;
    octets.remove_prefix(size);
  }
  return true;
}

bool MacroGuard::PassData(std::string_view octets) {
  left_ -= static_cast<uint32_t>(octets.size());
  const bool ends = left_ == 0;
  if (head_ == kLength) {
    ++head_;
    macro_ = octets.front() == kMacro;
    octets.remove_prefix(1);
  }
  if (macro_ && !octets.empty() && !stage_) {
    stage_ = true;
    octets.remove_prefix(1);
  }
  if (macro_ && !octets.empty()) {
    odd_ = odd_ != (std::count(octets.begin(), octets.end(), '\0') % 2 == 1);
    last_ = octets.back();
  }
  const bool good = !ends || !macro_ || (!odd_ && last_ == 0);
  if (ends) *this = MacroGuard{};
  return good;
}

}  // namespace spillway
