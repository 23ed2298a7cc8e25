// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/shared_text.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace spillway {

namespace {

// What most messages need is kept.
constexpr size_t kKept = 4 << 20;

[[noreturn]] void Fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

SharedText::SharedText(size_t size) : fd_(memfd_create("spillway", MFD_CLOEXEC)), size_(size) {
  if (!fd_.valid() || ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) Fail("memfd_create");
  Map(fd_.get(), PROT_READ | PROT_WRITE);
}

SharedText::SharedText(int fd, size_t size) : size_(size) {
  Map(fd, PROT_READ);
}

SharedText::~SharedText() {
  munmap(data_, size_);
}

void SharedText::Map(int fd, int protection) {
  void* data = mmap(nullptr, size_, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (data == MAP_FAILED) Fail("mmap");
  data_ = static_cast<char*>(data);
}

bool SharedText::Write(const std::vector<std::string_view>& pieces) {
  if (written_ > kKept && size_ > kKept) madvise(data_ + kKept, size_ - kKept, MADV_REMOVE);
  written_ = 0;
  for (const std::string_view piece : pieces) {
    if (piece.size() > size_ - written_) return false;
    std::memcpy(data_ + written_, piece.data(), piece.size());
    written_ += piece.size();
  }
  return true;
}

}  // namespace spillway
