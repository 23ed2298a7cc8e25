// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "milter/base/big_endian.h"

namespace spillway {

namespace {

constexpr size_t kHead = 4;

ChannelState WaitForText(int fd, Deadline deadline, const Clock& clock) {
  const Duration left = deadline.Remaining(clock.Now());
  if (left == Duration::zero()) return ChannelState::kLate;
  pollfd poller{fd, POLLIN, 0};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  const int ready = poll(&poller, 1, static_cast<int>(std::min<int64_t>(ms, 60000)));
  return ready < 0 && errno != EINTR ? ChannelState::kClosed : ChannelState::kOk;
}

ChannelState ReadInto(int fd, char* data, size_t size, Deadline deadline, const Clock& clock) {
  while (size > 0) {
    const ssize_t now = recv(fd, data, size, 0);
    if (now > 0) {
      data += now;
      size -= static_cast<size_t>(now);
      continue;
    }
    if (now == 0 || (errno != EAGAIN && errno != EINTR)) return ChannelState::kClosed;
    const ChannelState state = WaitForText(fd, deadline, clock);
    if (state != ChannelState::kOk) return state;
  }
  return ChannelState::kOk;
}

bool ReadAll(int fd, char* data, size_t size) {
  while (size > 0) {
    const ssize_t now = read(fd, data, size);
    if (now <= 0) return false;
    data += now;
    size -= static_cast<size_t>(now);
  }
  return true;
}

std::string Framed(std::string_view text) {
  std::string frame = Big32(static_cast<uint32_t>(text.size()));
  frame += text;
  return frame;
}

}  // namespace

ChannelState SendShort(int fd, std::string_view text) {
  const std::string frame = Framed(text);
  const ssize_t sent = send(fd, frame.data(), frame.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(frame.size()) ? ChannelState::kOk : ChannelState::kClosed;
}

ChannelState ReadText(int fd, size_t limit, Deadline deadline, const Clock& clock,
                      std::string& text) {
  char head[kHead];
  const ChannelState state = ReadInto(fd, head, kHead, deadline, clock);
  if (state != ChannelState::kOk) return state;
  const size_t size = FromBig32(head);
  if (size > limit) return ChannelState::kClosed;
  text.resize(size);
  return ReadInto(fd, text.data(), size, deadline, clock);
}

bool WriteTextBlocking(int fd, std::string_view text) {
  const std::string frame = Framed(text);
  for (size_t done = 0; done < frame.size();) {
    const ssize_t now = write(fd, frame.data() + done, frame.size() - done);
    if (now <= 0) return false;
    done += static_cast<size_t>(now);
  }
  return true;
}

bool ReadTextBlocking(int fd, size_t limit, std::string& text) {
  char head[kHead];
  if (!ReadAll(fd, head, kHead)) return false;
  const size_t size = FromBig32(head);
  if (size > limit) return false;
  text.resize(size);
  return ReadAll(fd, text.data(), size);
}

}  // namespace spillway
