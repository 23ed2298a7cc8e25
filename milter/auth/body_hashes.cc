// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/body_hashes.h"

#include <algorithm>

namespace spillway {

size_t BodyHashes::Want(bool relaxed, uint64_t limit) {
  const auto found = std::find_if(hashes_.begin(), hashes_.end(),
                                  [&](const BodyHash& hash) { return hash.Is(relaxed, limit); });
  const auto which = static_cast<size_t>(found - hashes_.begin());
  if (found == hashes_.end()) hashes_.emplace_back(relaxed, limit);
  return which;
}

void BodyHashes::Update(std::string_view chunk) {
  for (BodyHash& hash : hashes_) hash.Update(chunk);
}

void BodyHashes::Finish() {
  for (BodyHash& hash : hashes_) {
    std::string sha256 = hash.Finish();
    digests_.push_back({std::move(sha256), hash.size()});
  }
}

}  // namespace spillway
