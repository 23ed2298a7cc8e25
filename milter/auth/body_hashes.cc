// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/body_hashes.h"

namespace spillway {

void BodyHashes::Want(bool relaxed) {
  auto& hash = hashes_[relaxed ? 1 : 0];
  if (!hash) hash.emplace(relaxed);
}

void BodyHashes::Update(std::string_view chunk) {
  for (auto& hash : hashes_) {
    if (hash) hash->Update(chunk);
  }
}

void BodyHashes::Finish() {
  for (size_t i = 0; i < hashes_.size(); ++i) {
    if (!hashes_[i]) continue;
    digests_[i].sha256 = hashes_[i]->Finish();
    digests_[i].size = hashes_[i]->size();
  }
}

}  // namespace spillway
