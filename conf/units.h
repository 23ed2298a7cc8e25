// SPDX-License-Identifier: BSD-2-Clause
// Durations ("250ms", "1s", "5m", "2h", "1d") and sizes ("512B", "64KiB", "10MiB", "1GiB") as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

// Milliseconds; nullopt for anything that is not a whole number with a unit, or does not fit.
std::optional<int64_t> ParseDuration(std::string_view text);
std::optional<int64_t> ParseSize(std::string_view text);
// The shortest exact form.
std::string FormatDuration(int64_t milliseconds);
std::string FormatSize(uint64_t bytes);

// The candidate nearest to `word` by edit distance, empty when none is near enough to suggest.
template <typename Candidates>
std::string_view Nearest(std::string_view word, const Candidates& candidates);
size_t EditDistance(std::string_view a, std::string_view b);

template <typename Candidates>
std::string_view Nearest(std::string_view word, const Candidates& candidates) {
  size_t best = word.size() / 3 + 2;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace spillway
