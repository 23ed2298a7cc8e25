// SPDX-License-Identifier: BSD-2-Clause
#include "milter/base/listener.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

// A connection to `path`; invalid when nobody listens.
Fd ConnectTo(const std::string& path) {
  Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd.Reset();
  return fd;
}

TEST(Listener, UnixSocketHasItsMode) {
  const TempDir dir;
  const std::string path = dir / "s";
  const Fd fd = Listen(*Endpoint::Parse("unix:" + path), "0620", "");
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0620U);
  EXPECT_TRUE(ConnectTo(path).valid());
}

TEST(Listener, StaleSocketIsReplaced) {
  const TempDir dir;
  const auto endpoint = *Endpoint::Parse("unix:" + (dir / "s"));
  Listen(endpoint, "0660", "").Reset();
  ASSERT_TRUE(std::filesystem::exists(dir / "s"));
  EXPECT_TRUE(Listen(endpoint, "0660", "").valid());
}

TEST(Listener, SocketOfALivingDaemonIsLeftAlone) {
  const TempDir dir;
  const auto endpoint = *Endpoint::Parse("unix:" + (dir / "s"));
  const Fd first = Listen(endpoint, "0660", "");
  EXPECT_THROW(Listen(endpoint, "0660", ""), std::exception);
  EXPECT_TRUE(ConnectTo(dir / "s").valid());
}

TEST(Listener, FileThatIsNoSocketIsLeftAlone) {
  const TempDir dir;
  dir.Write("s", "precious");
  EXPECT_THROW(Listen(*Endpoint::Parse("unix:" + (dir / "s")), "0660", ""), std::exception);
  EXPECT_EQ(dir.Read("s"), "precious");
}

TEST(Listener, StopAcceptingRefusesNewConnections) {
  const TempDir dir;
  const Fd fd = Listen(*Endpoint::Parse("unix:" + (dir / "s")), "0660", "");
  StopAccepting(fd.get());
  EXPECT_FALSE(ConnectTo(dir / "s").valid());
}

}  // namespace
}  // namespace spillway
