// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/late_verdicts.h"

namespace spillway {

void LateVerdicts::Note(const std::string& digest, Entry entry) {
  const auto [at, fresh] = entries_.insert_or_assign(digest, std::move(entry));
  if (!fresh) return;
  order_.push_back(at->first);
  if (order_.size() <= kMax) return;
  entries_.erase(order_.front());
  order_.pop_front();
}

const LateVerdicts::Entry* LateVerdicts::Find(const std::string& digest, TimePoint now) const {
  const auto found = entries_.find(digest);
  if (found == entries_.end() || now - found->second.when > kKeep) return nullptr;
  return &found->second;
}

}  // namespace spillway
