// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "policy/serve/reply.h"
#include "t/rig/fake_clock.h"
#include "t/rig/test_log.h"

namespace spillway {
namespace {

constexpr std::string_view kRequest = "request=smtpd_access_policy\nsender=a@example.org\n\n";

class PolicyServerTest : public testing::Test {
 protected:
  PolicyServerTest() : thread_([this] { io_.run(); }) {}
  ~PolicyServerTest() override {
    work_.reset();
    io_.stop();
    thread_.join();
  }
  // The client's end of a connection that is being served.
  Fd Connect() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    boost::asio::post(io_, [this, fd = ends[1]] {
      ServePolicy(StreamSocket(io_, StreamProtocol(AF_UNIX, 0), fd), service_);
    });
    return Fd(ends[0]);
  }
  static void Write(const Fd& fd, std::string_view text) {
    EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Reads until `size` octets are there, or the end.
  static std::string Read(const Fd& fd, size_t size) {
    std::string out(size, '\0');
    size_t at = 0;
    for (ssize_t n = 1; at < size && n > 0; at += static_cast<size_t>(std::max<ssize_t>(n, 0)))
      n = ::recv(fd.get(), out.data() + at, size - at, 0);
    out.resize(at);
    return out;
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  FakeClock clock_;
  TestLog log_;
  PolicyService service_{
      {.max_request = 500, .max_connections = 3}, log_, clock_, {}, [](const PolicyRequest&) {
        return kReplyDunno;
      }};
  std::thread thread_;
};

TEST_F(PolicyServerTest, AnswersEachRequestOfAConnection) {
  const Fd client = Connect();
  for (int i = 0; i < 3; ++i) {
    Write(client, kRequest);
    EXPECT_EQ(Read(client, kReplyDunno.size()), kReplyDunno);
  }
}

TEST_F(PolicyServerTest, AnswersPipelinedRequests) {
  const Fd client = Connect();
  Write(client, std::string(kRequest) + std::string(kRequest) + std::string(kRequest.substr(0, 5)));
  EXPECT_EQ(Read(client, 2 * kReplyDunno.size()),
            std::string(kReplyDunno) + std::string(kReplyDunno));
  Write(client, kRequest.substr(5));
  EXPECT_EQ(Read(client, kReplyDunno.size()), kReplyDunno);
}

TEST_F(PolicyServerTest, MalformedIsLoggedAndClosedAfterWhatCameBefore) {
  const Fd client = Connect();
  Write(client, std::string(kRequest) + "nonsense\n\n");
  EXPECT_EQ(Read(client, 1000), kReplyDunno);
  ASSERT_EQ(log_.lines().size(), 1U);
  EXPECT_NE(log_.lines()[0].find("name=value"), std::string::npos);
}

TEST_F(PolicyServerTest, OversizedIsClosed) {
  const Fd client = Connect();
  Write(client, std::string(600, 'x'));
  EXPECT_EQ(Read(client, 10), "");
  EXPECT_NE(log_.lines().at(0).find("over 500 octets"), std::string::npos);
}

TEST_F(PolicyServerTest, ConnectionBeyondTheCapIsClosedAndTheOthersServed) {
  const Fd first = Connect();
  const Fd second = Connect();
  const Fd third = Connect();
  const Fd fourth = Connect();
  EXPECT_EQ(Read(fourth, 1), "");
  Write(third, kRequest);
  EXPECT_EQ(Read(third, kReplyDunno.size()), kReplyDunno);
}

TEST_F(PolicyServerTest, ControlAnswersOneLine) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Fd client(ends[0]);
  boost::asio::post(io_, [this, fd = ends[1]] {
    ServeControl(StreamSocket(io_, StreamProtocol(AF_UNIX, 0), fd),
                 [](std::string_view command) { return "<" + std::string(command) + ">"; });
  });
  Write(client, "status\n");
  EXPECT_EQ(Read(client, 100), "<status>");
}

}  // namespace
}  // namespace spillway
