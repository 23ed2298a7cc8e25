// SPDX-License-Identifier: BSD-2-Clause
// fuzz-replay DIRECTORY: every target on each of its seeds (DIRECTORY/seeds/TARGET/*), on every
// prefix of it, and on mutations by a fixed generator: quick enough for make check, and the same on
// every machine.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

constexpr int kMutations = 5000;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void Mutate(std::string& text, std::mt19937& random) {
  const auto below = [&](size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (size_t edits = 1 + below(4); edits > 0; --edits) {
    const size_t at = below(text.size());
    switch (below(4)) {
      case 0:
        text.insert(at, 1, static_cast<char>(random()));
        break;
      case 1:
        text.erase(at, 1 + below(8));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), below(40)));
        break;
      default:
        if (!text.empty()) text[at] = static_cast<char>(random());
    }
  }
}

size_t RunSeed(FuzzFunction target, const std::string& seed) {
  std::mt19937 random(1);
  for (size_t size = 0; size <= seed.size(); ++size) target(std::string_view(seed).substr(0, size));
  for (int i = 0; i < kMutations; ++i) {
    std::string text = seed;
    Mutate(text, random);
    target(text);
  }
  return seed.size() + 1 + kMutations;
}

int Replay(const std::string& directory) {
  size_t inputs = 0;
  for (const auto& [name, target] : FuzzTargets()) {
    size_t seeds = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory + "/seeds/" + name)) {
      inputs += RunSeed(target, ReadFile(entry.path()));
      ++seeds;
    }
    if (seeds == 0) return std::printf("fuzz: %s has no seeds\n", name.c_str()), 1;
  }
  std::printf("fuzz: %zu targets, %zu inputs\n", FuzzTargets().size(), inputs);
  return 0;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: fuzz-replay DIRECTORY\n"), 64;
  return spillway::Replay(argv[1]);
}
