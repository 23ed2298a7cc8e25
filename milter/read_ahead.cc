// SPDX-License-Identifier: BSD-2-Clause
// Reading ahead for libmilter, linked in with -Wl,--wrap (see the Makefile).
//
// For each packet, and each header field is one, libmilter waits three times and reads twice: five
// system calls. An MTA writes dozens of packets at once. Here poll() on a session's socket also
// reads what has come, and read() takes from that; while something is left, poll() says so without
// asking the kernel. What is left is the session's, whichever thread serves it next, and goes away
// with its socket.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>

namespace {

// A connection from the MTA. One thread at a time uses it: libmilter hands it on under a mutex.
class Session {
 public:
  bool has_more() const { return begin_ < end_; }

  // Reads what is there without waiting; an end or an error is left for read() to find.
  void Fill(int fd) {
    if (!data_) data_ = std::make_unique<char[]>(kSize);
    const ssize_t n = recv(fd, data_.get(), kSize, MSG_DONTWAIT);
    begin_ = 0;
    end_ = static_cast<size_t>(std::max<ssize_t>(n, 0));
    if (end_ == 0) data_.reset();
  }

  size_t Take(void* to, size_t size) {
    const size_t n = std::min(size, end_ - begin_);
    std::memcpy(to, data_.get() + begin_, n);
    begin_ += n;
    if (!has_more()) data_.reset();  // thousands of sessions may wait for their next message
    return n;
  }

 private:
  static constexpr size_t kSize = 16 * 1024;
  std::unique_ptr<char[]> data_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

// By descriptor; null for all that are no sessions. Those beyond are served without reading ahead.
std::array<std::atomic<Session*>, 65536> g_sessions;

Session* SessionOf(int fd) {
  const auto index = static_cast<size_t>(fd);
  return fd >= 0 && index < g_sessions.size() ? g_sessions[index].load() : nullptr;
}

void Replace(int fd, std::unique_ptr<Session> session) {
  const auto index = static_cast<size_t>(fd);
  if (fd >= 0 && index < g_sessions.size())
    std::unique_ptr<Session>(g_sessions[index].exchange(session.release()));
}

bool WaitsForInput(const pollfd& wait) {
  return (wait.events & POLLIN) != 0;
}

}  // namespace

// Names that the linker's --wrap dictates. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_accept(int, sockaddr*, socklen_t*);
int __real_close(int);
int __real_poll(pollfd*, nfds_t, int);
ssize_t __real_read(int, void*, size_t);

int __wrap_accept(int listening, sockaddr* address, socklen_t* size) {
  const int fd = __real_accept(listening, address, size);
  Replace(fd, std::make_unique<Session>());
  return fd;
}

int __wrap_close(int fd) {
  Replace(fd, nullptr);
  return __real_close(fd);
}

int __wrap_poll(pollfd* waits, nfds_t count, int timeout) {
  Session* session = count == 1 && WaitsForInput(*waits) ? SessionOf(waits->fd) : nullptr;
  if (session != nullptr && session->has_more()) {
    waits->revents = POLLIN;
    return 1;
  }
  const int ready = __real_poll(waits, count, timeout);
  if (session != nullptr && ready == 1 && (waits->revents & POLLIN) != 0) session->Fill(waits->fd);
  return ready;
}

ssize_t __wrap_read(int fd, void* to, size_t size) {
  Session* session = SessionOf(fd);
  if (session != nullptr && session->has_more())
    return static_cast<ssize_t>(session->Take(to, size));
  return __real_read(fd, to, size);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
