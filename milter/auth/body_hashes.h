// SPDX-License-Identifier: BSD-2-Clause
// The hashes of one message's body that its signatures need, those to verify and those to make:
// each form once, whoever wants it.
#pragma once

#include <vector>

#include "milter/auth/canonical.h"

namespace spillway {

// Call order: Want()* Update()* Finish() Get()*; only the last is thread-safe.
class BodyHashes {
 public:
  struct Digest {
    std::string sha256;  // of what the limit leaves
    uint64_t size = 0;   // octets of the whole body in this form
  };

  // Which of the hashes it will be.
  size_t Want(bool relaxed, uint64_t limit = BodyHash::kWhole);
  void Update(std::string_view chunk);
  // The body is complete.
  void Finish();
  const Digest& Get(size_t which) const { return digests_.at(which); }

 private:
  std::vector<BodyHash> hashes_;
  std::vector<Digest> digests_;  // by hash
};

}  // namespace spillway
