// SPDX-License-Identifier: BSD-2-Clause
// Keys are read outside the lock; two threads that meet a new one at once both read it.
#include "milter/auth/key_cache.h"

namespace spillway {

SignatureKeyPtr KeyCache::Get(const std::string& record, const std::string& algorithm) {
  const Name name(record, algorithm);
  if (auto known = Find(name)) return known;
  auto key = std::make_shared<const SignatureKey>(record, algorithm);
  Store(name, key);
  return key;
}

SignatureKeyPtr KeyCache::Find(const Name& name) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

void KeyCache::Store(const Name& name, const SignatureKeyPtr& key) {
  const std::lock_guard lock(mutex_);
  if (max_entries_ == 0 || index_.contains(name)) return;
  if (entries_.size() >= max_entries_) {
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
  entries_.emplace_front(name, key);
  index_[name] = entries_.begin();
}

}  // namespace spillway
