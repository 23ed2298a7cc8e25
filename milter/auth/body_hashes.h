// SPDX-License-Identifier: BSD-2-Clause
// The hashes of one message's body that its signatures need, those to verify and those to make:
// each form once, whoever wants it.
#pragma once

#include <array>
#include <optional>

#include "milter/auth/canonical.h"

namespace spillway {

// Call order: Want()* Update()* Finish() Get()*; only the last is thread-safe.
class BodyHashes {
 public:
  struct Digest {
    std::string sha256;
    uint64_t size = 0;  // octets of the body in this form
  };

  void Want(bool relaxed);
  void Update(std::string_view chunk);
  // The body is complete.
  void Finish();
  // Of a form that was wanted; otherwise empty.
  const Digest& Get(bool relaxed) const { return digests_[relaxed ? 1 : 0]; }

 private:
  std::array<std::optional<BodyHash>, 2> hashes_;  // simple, relaxed
  std::array<Digest, 2> digests_;
};

}  // namespace spillway
