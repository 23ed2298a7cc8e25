// SPDX-License-Identifier: BSD-2-Clause
// Input and output for libmilter, linked in with -Wl,--wrap (see the Makefile).
//
// For each packet, and each header field is one, libmilter waits three times and reads twice: five
// system calls. An MTA writes dozens of packets at once. Here waiting for a session's socket reads
// what has come, and read() takes from that; while something is left, poll() says so without asking
// the kernel. Changes to a message, each also a packet of its own, go out together with the reply
// that follows them. Unread data belongs to the session, whichever thread serves it next, and is
// freed when the socket is closed.
//
// A packet that would hurt libmilter ends its connection here.
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "milter/libmilter/io_cure.h"
#include "milter/libmilter/macro_guard.h"

// Names that the linker's --wrap dictates. NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __real_accept(int, sockaddr*, socklen_t*);
int __real_close(int);
int __real_poll(pollfd*, nfds_t, int);
ssize_t __real_read(int, void*, size_t);
ssize_t __real_writev(int, const iovec*, int);
}

namespace {

// A connection from the MTA. One thread at a time uses it: libmilter hands it on under a mutex.
class Session {
 public:
  explicit Session(int fd) : fd_(fd) {}

  bool has_more() const { return begin_ < end_; }
  // The MTA has not been answered since something was read, so there is probably more.
  bool expects_more() const { return expects_more_; }
  void set_write_timeout(int milliseconds) { write_timeout_ = milliseconds; }

  // Reads what is there without waiting; an end or an error is left for read() to find.
  void Fill() {
    if (!data_) data_.reset(new (std::nothrow) char[kSize]);
    if (!data_) return;  // read() finds it where it is
    const ssize_t n = recv(fd_, data_.get(), kSize, MSG_DONTWAIT);
    begin_ = 0;
    end_ = static_cast<size_t>(std::max<ssize_t>(n, 0));
    expects_more_ = end_ > 0;
    if (end_ == 0) data_.reset();
  }

  // What read() is about to hand out. False: libmilter must not see it.
  bool Allows(const void* data, size_t size) {
    return macros_.Pass({static_cast<const char*>(data), size});
  }

  ssize_t Take(void* to, size_t size) {
    const size_t n = std::min(size, end_ - begin_);
    std::memcpy(to, data_.get() + begin_, n);
    begin_ += n;
    if (!has_more()) data_.reset();  // thousands of sessions may wait for their next message
    return static_cast<ssize_t>(n);
  }

  // As writev() of one packet: its head of five octets, and its data.
  ssize_t Write(const iovec* parts, int count);

 private:
  static constexpr size_t kSize = 16 * 1024;

  bool Send(const std::string& octets);

  const int fd_;
  std::unique_ptr<char[]> data_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool expects_more_ = true;
  int write_timeout_ = -1;
  std::string changes_;  // not sent yet
  spillway::MacroGuard macros_;
};

// The packets that a reply always follows: insert, add and change a header field, quarantine.
bool IsChange(const iovec& head) {
  constexpr size_t kHead = 5;
  return head.iov_len == kHead &&
         std::strchr("ihmq", static_cast<const char*>(head.iov_base)[kHead - 1]) != nullptr;
}

ssize_t Session::Write(const iovec* parts, int count) {
  const size_t before = changes_.size();
  for (int i = 0; i < count; ++i)
    changes_.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  const auto size = static_cast<ssize_t>(changes_.size() - before);
  if (IsChange(parts[0])) return size;
  const bool sent = Send(changes_);
  changes_.clear();
  expects_more_ = false;
  return sent ? size : -1;
}

bool Session::Send(const std::string& octets) {
  size_t at = 0;
  while (at < octets.size()) {
    const ssize_t n =
        send(fd_, octets.data() + at, octets.size() - at, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) at += static_cast<size_t>(n);
    if (n >= 0 || errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (__real_poll(&wait, 1, write_timeout_) == 0) {
      errno = ETIMEDOUT;
      return false;
    }
  }
  return true;
}

// By descriptor; null if it is not a session. Descriptors from 65,536 on get no Session.
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

// Is the session ready without a call of poll()? Sets `wait.revents` as poll() does.
bool IsReady(Session& session, pollfd& wait, int timeout) {
  if ((wait.events & POLLOUT) != 0) {
    session.set_write_timeout(timeout);
    wait.revents = POLLOUT;  // Send() waits if it must
    return true;
  }
  if (!session.has_more() && session.expects_more()) session.Fill();
  wait.revents = POLLIN;
  return session.has_more();
}

// Connections wait in the kernel while the process has no descriptor or memory for them.
bool IsShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::function<void(int)>& OnShortage() {
  static std::function<void(int)> report;
  return report;
}

// libmilter gives up, and the filter with it, after some failures of accept(), unless it is told to
// try again.
void WaitForRoom(int error) {
  constexpr int kPauseMs = 100;
  if (OnShortage()) OnShortage()(error);
  __real_poll(nullptr, 0, kPauseMs);
  errno = EAGAIN;
}

}  // namespace

namespace spillway {

void SetOnShortage(std::function<void(int)> report) {
  OnShortage() = std::move(report);
}

}  // namespace spillway

extern "C" {

int __wrap_accept(int listening, sockaddr* address, socklen_t* size) {
  const int fd = __real_accept(listening, address, size);
  if (fd >= 0) Replace(fd, std::unique_ptr<Session>(new (std::nothrow) Session(fd)));
  if (fd < 0 && IsShortage(errno)) WaitForRoom(errno);
  return fd;
}

int __wrap_close(int fd) {
  Replace(fd, nullptr);
  return __real_close(fd);
}

// A poll() on several sockets is the pool's and goes to the kernel: a session with buffered data
// stays with its worker and is never among them.
int __wrap_poll(pollfd* waits, nfds_t count, int timeout) {
  Session* session = count == 1 ? SessionOf(waits->fd) : nullptr;
  if (session == nullptr) return __real_poll(waits, count, timeout);
  if (IsReady(*session, *waits, timeout)) return 1;
  const int ready = __real_poll(waits, count, timeout);
  if (ready == 1 && (waits->revents & POLLIN) != 0) session->Fill();
  return ready;
}

ssize_t __wrap_read(int fd, void* to, size_t size) {
  Session* session = SessionOf(fd);
  if (session == nullptr) return __real_read(fd, to, size);
  const ssize_t n = session->has_more() ? session->Take(to, size) : __real_read(fd, to, size);
  if (n <= 0 || session->Allows(to, static_cast<size_t>(n))) return n;
  errno = EBADMSG;
  return -1;
}

ssize_t __wrap_writev(int fd, const iovec* parts, int count) {
  Session* session = SessionOf(fd);
  if (session == nullptr) return __real_writev(fd, parts, count);
  try {
    return session->Write(parts, count);
  } catch (const std::bad_alloc&) {  // nothing may be thrown through libmilter
    errno = ENOMEM;
    return -1;
  }
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
