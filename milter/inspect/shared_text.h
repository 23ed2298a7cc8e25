// SPDX-License-Identifier: BSD-2-Clause
// Memory that the filter writes messages into and an inspector reads them from.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "milter/base/fd.h"

namespace spillway {

// Throws std::system_error when there is no such memory. Pages are taken as they are written.
class SharedText {
 public:
  // The writer's: makes it, for `size` octets.
  explicit SharedText(size_t size);
  // The reader's: `size` octets of what `fd` stands for.
  SharedText(int fd, size_t size);
  ~SharedText();
  SharedText(const SharedText&) = delete;
  SharedText& operator=(const SharedText&) = delete;

  // The writer's, to be handed to the reader.
  int fd() const { return fd_.get(); }
  // False: it does not fit. What was large before is given back first.
  bool Write(const std::vector<std::string_view>& pieces);
  std::string_view Read(size_t size) const { return {data_, size}; }
  size_t size() const { return size_; }

 private:
  void Map(int fd, int protection);

  Fd fd_;
  const size_t size_;
  char* data_ = nullptr;
  size_t written_ = 0;
};

}  // namespace spillway
