// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "milter/base/big_endian.h"

namespace spillway {

namespace {

constexpr size_t kHead = 4;

// One end's way to wait for the socket and to read and write a piece of a text.
class Ready {
 public:
  Ready(int fd, Deadline deadline, const Clock& clock)
      : fd_(fd), deadline_(deadline), clock_(clock) {}

  ChannelState For(short events) const {
    const Duration left = deadline_.Remaining(clock_.Now());
    if (left == Duration::zero()) return ChannelState::kLate;
    pollfd poller{fd_, events, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = poll(&poller, 1, static_cast<int>(std::min<int64_t>(ms, 60000)));
    if (ready < 0 && errno != EINTR) return ChannelState::kClosed;
    return ChannelState::kOk;
  }

  template <typename Transfer>
  ChannelState All(short events, size_t size, Transfer transfer) const {
    size_t done = 0;
    while (done < size) {
      const ssize_t now = transfer(done);
      if (now > 0) {
        done += static_cast<size_t>(now);
        continue;
      }
      if (now == 0 || (errno != EAGAIN && errno != EINTR)) return ChannelState::kClosed;
      if (const ChannelState state = For(events); state != ChannelState::kOk) return state;
    }
    return ChannelState::kOk;
  }

 private:
  const int fd_;
  const Deadline deadline_;
  const Clock& clock_;
};

bool ReadAll(int fd, char* data, size_t size) {
  while (size > 0) {
    const ssize_t now = read(fd, data, size);
    if (now <= 0) return false;
    data += now;
    size -= static_cast<size_t>(now);
  }
  return true;
}

}  // namespace

ChannelState WriteFrame(int fd, const std::vector<std::string_view>& pieces, Deadline deadline,
                        const Clock& clock) {
  size_t total = 0;
  for (const std::string_view piece : pieces) total += piece.size();
  const std::string head = Big32(static_cast<uint32_t>(total));
  std::vector<std::string_view> all{head};
  all.insert(all.end(), pieces.begin(), pieces.end());
  const Ready ready(fd, deadline, clock);
  for (const std::string_view piece : all) {
    const auto send_rest = [&](size_t done) {
      return send(fd, piece.data() + done, piece.size() - done, MSG_NOSIGNAL);
    };
    if (const auto state = ready.All(POLLOUT, piece.size(), send_rest); state != ChannelState::kOk)
      return state;
  }
  return ChannelState::kOk;
}

ChannelState ReadFrame(int fd, size_t limit, Deadline deadline, const Clock& clock,
                       std::string& text) {
  const Ready ready(fd, deadline, clock);
  const auto into = [&](char* data, size_t size) {
    return ready.All(POLLIN, size,
                     [&](size_t done) { return recv(fd, data + done, size - done, 0); });
  };
  char head[kHead];
  if (const auto state = into(head, kHead); state != ChannelState::kOk) return state;
  const size_t size = FromBig32(head);
  if (size > limit) return ChannelState::kClosed;
  text.resize(size);
  return into(text.data(), size);
}

bool WriteFrameBlocking(int fd, std::string_view text) {
  std::string frame = Big32(static_cast<uint32_t>(text.size()));
  frame += text;
  for (size_t done = 0; done < frame.size();) {
    const ssize_t now = write(fd, frame.data() + done, frame.size() - done);
    if (now <= 0) return false;
    done += static_cast<size_t>(now);
  }
  return true;
}

bool ReadFrameBlocking(int fd, std::string& text) {
  char head[kHead];
  if (!ReadAll(fd, head, kHead)) return false;
  const size_t size = FromBig32(head);
  if (size > kMaxFrame) return false;
  text.resize(size);
  return ReadAll(fd, text.data(), size);
}

}  // namespace spillway
