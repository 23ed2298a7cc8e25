// SPDX-License-Identifier: BSD-2-Clause
#include "milter/rules/patterns.h"

#include <algorithm>
#include <cctype>

#include "milter/base/thread_time.h"

namespace spillway {

namespace {

// Of the set; RE2's own default is 8 MiB for a pattern, which the others have.
constexpr int64_t kMaxMemory = 64 << 20;
// A piece ends here, and the next one begins kLongestMatch before.
constexpr size_t kPiece = 4 * Patterns::kLongestMatch;

RE2::Options OptionsWith(int64_t memory) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(memory);
  return options;
}

// Has it no repetition, and nothing that depends on what stands around a piece?
bool IsPlain(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (std::string_view("*+?{^$").find(pattern[i]) != std::string_view::npos) return false;
    if (pattern[i] != '\\') continue;
    ++i;
    if (i < pattern.size() && std::isalnum(static_cast<unsigned char>(pattern[i])) != 0)
      return false;
  }
  return true;
}

}  // namespace

MatchEffort::MatchEffort(double allowed, std::function<bool()> stop)
    : end_(ThreadMicroseconds() + allowed), stop_(std::move(stop)) {}

bool MatchEffort::GoesOn() {
  stopped_ = stopped_ || ThreadMicroseconds() > end_ || (stop_ && stop_());
  return !stopped_;
}

bool Patterns::Add(const std::string& pattern, size_t id, std::string& error) {
  if (IsPlain(pattern)) {
    if (!set_) set_ = std::make_unique<RE2::Set>(OptionsWith(kMaxMemory), RE2::UNANCHORED);
    if (set_->Add(pattern, &error) < 0) return false;
    set_ids_.push_back(id);
    return true;
  }
  auto single = std::make_unique<RE2>(pattern, OptionsWith(RE2::Options::kDefaultMaxMem));
  if (!single->ok()) {
    error = single->error();
    return false;
  }
  singles_.push_back({std::move(single), id});
  return true;
}

bool Patterns::Compile() {
  return !set_ || set_->Compile();
}

void Patterns::Look(std::string_view text, std::vector<bool>& found, MatchEffort& effort) const {
  for (size_t at = 0; effort.GoesOn(); at += kPiece - kLongestMatch) {
    const size_t end = std::min(at + kPiece, text.size());
    LookAtPiece(text, at, end, found);
    if (end == text.size()) return;
  }
}

void Patterns::LookAtPiece(std::string_view text, size_t from, size_t to,
                           std::vector<bool>& found) const {
  std::vector<int> members;
  if (set_) set_->Match({text.data() + from, to - from}, &members);
  for (const int member : members) found[set_ids_[static_cast<size_t>(member)]] = true;
  for (const Single& single : singles_) {
    if (found[single.id]) continue;
    found[single.id] =
        single.pattern->Match({text.data(), text.size()}, from, to, RE2::UNANCHORED, nullptr, 0);
  }
}

}  // namespace spillway
