// SPDX-License-Identifier: BSD-2-Clause
#include "milter/ask_policy.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "milter/base/listener.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

class AskPolicyTest : public testing::Test {
 protected:
  // Answers one question with `answer`; nothing for an empty one, but keeps the connection.
  void Serve(const std::string& answer) {
    server_ = std::thread([this, answer] {
      pollfd entry{.fd = listener_.get(), .events = POLLIN, .revents = 0};
      ::poll(&entry, 1, 20000);
      connection_.Reset(::accept(listener_.get(), nullptr, nullptr));
      char buffer[1024];
      const ssize_t size = ::recv(connection_.get(), buffer, sizeof(buffer), 0);
      request_.assign(buffer, static_cast<size_t>(std::max<ssize_t>(size, 0)));
      ::send(connection_.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    });
  }
  bool Refuses(milliseconds timeout = milliseconds(10000)) {
    const bool refuses = PolicyRefuses(endpoint_, "192.0.2.1", "4711", timeout);
    if (server_.joinable()) server_.join();
    return refuses;
  }

  TempDir dir_;
  Endpoint endpoint_{.path = dir_ / "policy"};
  Fd listener_ = Listen(endpoint_, "0600", "");
  Fd connection_;
  std::thread server_;
  std::string request_;
};

TEST_F(AskPolicyTest, RefusesOnlyOnA4xx) {
  Serve("action=421 4.3.2 Service busy\n\n");
  EXPECT_TRUE(Refuses());
  EXPECT_NE(request_.find("request=smtpd_access_policy\nprotocol_state=CONNECT\n"),
            std::string::npos);
  EXPECT_NE(request_.find("client_address=192.0.2.1\nclient_port=4711\n\n"), std::string::npos);
}

TEST_F(AskPolicyTest, DunnoLetsIn) {
  Serve("action=DUNNO\n\n");
  EXPECT_FALSE(Refuses());
}

TEST_F(AskPolicyTest, SilenceLetsIn) {
  Serve("");
  EXPECT_FALSE(Refuses(milliseconds(100)));
}

TEST_F(AskPolicyTest, NobodyThereLetsIn) {
  endpoint_.path = dir_ / "nobody";
  EXPECT_FALSE(Refuses());
}

}  // namespace
}  // namespace spillway
