// SPDX-License-Identifier: BSD-2-Clause
// What went well a second, by how many sessions there were: the memory of a climb. Pure, fixed
// memory.
#pragma once

#include <array>
#include <cstddef>

namespace spillway {

class History {
 public:
  void Forget();
  // So many messages went well in so many seconds, with so many sessions. Half of what is held for
  // that many is older; what was not seen in the last dozen of notes is not known any more.
  void Note(double sessions, double well, double seconds);
  bool Known(double sessions) const;
  // Whether something is known for `sessions` or fewer.
  bool KnownBelow(double sessions) const;
  // A second; 0 where nothing is known.
  double At(double sessions) const;
  // With how many sessions most went well; `sessions` where that is as good as any.
  double Best(double sessions) const;

 private:
  static constexpr size_t kLevels = 64;
  struct Level {
    double well = 0, seconds = 0;
    int noted = 0;  // the how manieth note; 0: none
  };
  static size_t LevelOf(double sessions);
  bool Fresh(const Level& level) const;
  double Rate(const Level& level) const;

  std::array<Level, kLevels> levels_{};
  int notes_ = 0;
};

}  // namespace spillway
