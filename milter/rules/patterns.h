// SPDX-License-Identifier: BSD-2-Clause
// Patterns of RE2 on one kind of text, matched piece by piece, so that a text never takes longer
// than it is allowed to.
//
// Patterns without repetition form one RE2::Set, whose automaton stays small. The others are
// matched one by one: together, their automaton has a state for each combination of half matches,
// and text that makes a new state with each octet takes 20 s for a megabyte.
#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// What one message may take of a core. Not thread-safe: belongs to the thread that makes it.
class MatchEffort {
 public:
  // `allowed`: microseconds of this thread. `stop` is asked between pieces, too; may be empty.
  MatchEffort(double allowed, std::function<bool()> stop);
  // May matching go on?
  bool GoesOn();
  // It was stopped before all was matched.
  bool stopped() const { return stopped_; }

 private:
  double end_;
  const std::function<bool()> stop_;
  bool stopped_ = false;
};

// Immutable once compiled; thread-safe then.
class Patterns {
 public:
  // A match that is longer than this may be missed where a text is longer than four times that.
  static constexpr size_t kLongestMatch = 4096;

  // `id`: where Look() writes what it found. False, with `error`: RE2 cannot read it.
  bool Add(const std::string& pattern, size_t id, std::string& error);
  // False: too large for RE2.
  bool Compile();
  // Sets found[id] for each pattern that matches somewhere in `text`.
  void Look(std::string_view text, std::vector<bool>& found, MatchEffort& effort) const;

 private:
  void LookAtPiece(std::string_view text, size_t from, size_t to, std::vector<bool>& found) const;

  struct Single {
    std::unique_ptr<RE2> pattern;
    size_t id = 0;
  };
  std::vector<Single> singles_;
  std::unique_ptr<RE2::Set> set_;  // null: it would be empty
  std::vector<size_t> set_ids_;    // of its members
};

}  // namespace spillway
