// SPDX-License-Identifier: BSD-2-Clause
// The channel belongs to the loop thread alone; queries reach it through a mailbox and an eventfd.
// c-ares has no deadline over all its tries, so the loop keeps one per query. All queries have the
// same timeout, so the query at the front of the queue always expires first.
#include "milter/dns/cares.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "milter/base/clock.h"
#include "milter/base/fd.h"
#include "milter/dns/wire.h"

namespace spillway {

namespace {

constexpr int kTries = 3;
constexpr int kMaxFollow = 8;
constexpr int kEdnsPayload = 1232;

struct Pending {
  DnsQuestion question;
  Upstream::Done done;
  TimePoint deadline;
  int follows = 0;
  bool answered = false;

  void Answer(DnsAnswer answer) {
    if (answered) return;
    answered = true;
    done(std::move(answer));
  }
};
using PendingPtr = std::shared_ptr<Pending>;

}  // namespace

class Cares::Loop {
 public:
  explicit Loop(const Options& options)
      : timeout_(options.timeout), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    OpenChannel(options);
    thread_ = std::thread([this] { Run(); });
  }
  ~Loop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    Wake();
    thread_.join();
    ares_destroy(channel_);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Submit(PendingPtr pending) {
    pending->deadline = SystemClock().Now() + timeout_;
    {
      const std::lock_guard lock(mutex_);
      mailbox_.push_back(std::move(pending));
    }
    Wake();
  }

 private:
  void OpenChannel(const Options& options) {
    ares_options ares{};
    ares.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS | ARES_FLAG_NOALIASES;
    // Tries double: 1 + 2 + 4 shares of the whole time.
    ares.timeout = static_cast<int>(std::max<int64_t>(timeout_.count() / ((1 << kTries) - 1), 10));
    ares.tries = kTries;
    ares.ednspsz = kEdnsPayload;
    ares.lookups = const_cast<char*>("b");
    const int mask =
        ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS;
    if (const int rc = ares_init_options(&channel_, &ares, mask); rc != ARES_SUCCESS) {
      throw std::runtime_error(std::string("c-ares: ") + ares_strerror(rc));
    }
    std::string csv;
    for (const std::string& server : options.servers) csv += (csv.empty() ? "" : ",") + server;
    if (csv.empty()) return;
    if (const int rc = ares_set_servers_ports_csv(channel_, csv.c_str()); rc != ARES_SUCCESS) {
      ares_destroy(channel_);
      throw std::runtime_error("c-ares: [dns] servers: " + std::string(ares_strerror(rc)));
    }
  }

  void Wake() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(wake_.get(), &one, sizeof(one));
  }

  void Run() {
    while (TakeMailbox()) {
      WaitForEvents();
      Expire(SystemClock().Now());
    }
    ares_cancel(channel_);
    for (const PendingPtr& pending : in_flight_) pending->Answer({.status = DnsStatus::kTimeout});
  }

  bool TakeMailbox() {
    std::vector<PendingPtr> fresh;
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      fresh.swap(mailbox_);
      stopping = stopping_;
    }
    for (PendingPtr& pending : fresh) {
      in_flight_.push_back(pending);
      Send(std::move(pending));
    }
    return !stopping;
  }

  void Send(PendingPtr pending) {
    const std::string name = QueryName(pending->question.name);
    if (name.empty()) return pending->Answer({.status = DnsStatus::kNxdomain});
    const int type = static_cast<int>(pending->question.type);
    auto* request =
        new Request{this, std::move(pending)};  // OnResponse owns it, called exactly once
    ares_query(channel_, name.c_str(), ns_c_in, type, OnResponse, request);
  }

  struct Request {
    Loop* loop;
    PendingPtr pending;
  };

  static void OnResponse(void* arg, int status, int, unsigned char* data, int size) {
    const std::unique_ptr<Request> request(static_cast<Request*>(arg));
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION) return;
    request->loop->Respond(request->pending, status, data, size);
  }

  void Respond(const PendingPtr& pending, int status, const unsigned char* data, int size) {
    if (pending->answered) return;
    if (data == nullptr) {
      // ECONNREFUSED is also what c-ares says when every server answered SERVFAIL or REFUSED.
      const bool silent = status == ARES_ETIMEOUT;
      return pending->Answer({.status = silent ? DnsStatus::kTimeout : DnsStatus::kServfail});
    }
    ParsedResponse parsed = ParseResponse(pending->question, data, static_cast<size_t>(size));
    if (parsed.follow.empty()) return pending->Answer(std::move(parsed.answer));
    if (++pending->follows > kMaxFollow) return pending->Answer({.status = DnsStatus::kServfail});
    pending->question.name = parsed.follow;
    Send(pending);
  }

  int PollTimeout() {
    timeval longest{.tv_sec = 1, .tv_usec = 0};
    timeval wait{};
    ares_timeout(channel_, &longest, &wait);
    auto milliseconds = std::chrono::milliseconds(wait.tv_sec * 1000 + wait.tv_usec / 1000 + 1);
    if (!in_flight_.empty()) {
      const Duration left = in_flight_.front()->deadline - SystemClock().Now();
      const auto rounded = std::chrono::duration_cast<std::chrono::milliseconds>(left) +
                           std::chrono::milliseconds(1);
      milliseconds = std::clamp(rounded, std::chrono::milliseconds(0), milliseconds);
    }
    return static_cast<int>(milliseconds.count());
  }

  void WaitForEvents() {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int bits = ares_getsock(channel_, sockets, ARES_GETSOCK_MAXNUM);
    pollfd fds[ARES_GETSOCK_MAXNUM + 1] = {{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
    nfds_t count = 1;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      short events = 0;
      if (ARES_GETSOCK_READABLE(bits, i)) events |= POLLIN;
      if (ARES_GETSOCK_WRITABLE(bits, i)) events |= POLLOUT;
      if (events != 0) fds[count++] = {.fd = sockets[i], .events = events, .revents = 0};
    }
    ::poll(fds, count, PollTimeout());
    uint64_t drained = 0;
    if (fds[0].revents != 0) [[maybe_unused]]
      const ssize_t n = ::read(wake_.get(), &drained, sizeof(drained));
    for (nfds_t i = 1; i < count; ++i) {
      const bool read = (fds[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool write = (fds[i].revents & POLLOUT) != 0;
      if (read || write)
        ares_process_fd(channel_, read ? fds[i].fd : ARES_SOCKET_BAD,
                        write ? fds[i].fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }

  void Expire(TimePoint now) {
    while (!in_flight_.empty()) {
      const PendingPtr& oldest = in_flight_.front();
      if (!oldest->answered && now < oldest->deadline) return;
      oldest->Answer({.status = DnsStatus::kTimeout});
      in_flight_.pop_front();
    }
  }

  const std::chrono::milliseconds timeout_;
  const Fd wake_;
  ares_channel channel_ = nullptr;    // loop thread only, once it runs
  std::deque<PendingPtr> in_flight_;  // loop thread only; in the order of their deadlines
  std::mutex mutex_;
  std::vector<PendingPtr> mailbox_;  // guarded by mutex_
  bool stopping_ = false;            // guarded by mutex_
  std::thread thread_;
};

Cares::Cares(const Options& options) : loop_(std::make_unique<Loop>(options)) {}
Cares::~Cares() = default;

void Cares::Query(const DnsQuestion& question, Done done) {
  loop_->Submit(std::make_shared<Pending>(Pending{.question = question, .done = std::move(done)}));
}

}  // namespace spillway
