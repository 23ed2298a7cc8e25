// SPDX-License-Identifier: BSD-2-Clause
// Good messages a second for each number of sessions: the memory of GoodputLimit. Pure, fixed
// memory.
#pragma once

#include <array>
#include <cstddef>

namespace spillway {

class History {
 public:
  void Forget();
  // `well` messages went well in `seconds`, with `sessions` sessions. Older notes of the same level
  // count half; a level without a note among the last dozen is forgotten.
  void Note(double sessions, double well, double seconds);
  bool Known(double sessions) const;
  // Whether something is known for `sessions` or fewer.
  bool KnownBelow(double sessions) const;
  // Good messages a second with `sessions`; 0 where nothing is known.
  double At(double sessions) const;
  // The number of sessions with the most good messages a second; `sessions` if no other number is
  // better.
  double Best(double sessions) const;

 private:
  static constexpr size_t kLevels = 64;
  struct Level {
    double well = 0, seconds = 0;
    int noted = 0;  // number of the last note; 0: none
  };
  static size_t LevelOf(double sessions);
  bool Fresh(const Level& level) const;
  double Rate(const Level& level) const;

  std::array<Level, kLevels> levels_{};
  int notes_ = 0;
};

}  // namespace spillway
