// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "milter/base/fd.h"

namespace spillway {

void ReplaceFile(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string fresh = path + ".new";
  const auto fail = [](const std::string& where) {
    throw std::system_error(errno, std::generic_category(), where);
  };
  const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd.valid()) fail(fresh);
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR) fail(fresh);
    done += n > 0 ? static_cast<size_t>(n) : 0;
  }
  if (::fsync(fd.get()) != 0) fail(fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail(path);
}

}  // namespace spillway
