// SPDX-License-Identifier: BSD-2-Clause
// Public keys that have been read, by the text of their record: reading an RSA key takes seven
// times what a signature under it takes to verify.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "milter/auth/signature_key.h"

namespace spillway {

using SignatureKeyPtr = std::shared_ptr<const SignatureKey>;

// Thread-safe. Least recently used out first.
class KeyCache {
 public:
  static constexpr size_t kEntries = 2048;  // at about 4 KiB each
  explicit KeyCache(size_t entries = kEntries) : max_entries_(entries) {}

  // As SignatureKey(record, algorithm), unusable keys too; never null.
  SignatureKeyPtr Get(const std::string& record, const std::string& algorithm);

 private:
  using Name = std::pair<std::string, std::string>;  // record, algorithm
  using Entries = std::list<std::pair<Name, SignatureKeyPtr>>;

  SignatureKeyPtr Find(const Name& name);
  void Store(const Name& name, const SignatureKeyPtr& key);

  const size_t max_entries_;
  std::mutex mutex_;  // guards all below
  Entries entries_;   // newest first
  std::map<Name, Entries::iterator> index_;
};

}  // namespace spillway
