// SPDX-License-Identifier: BSD-2-Clause
// trivial-policy SOCKET: answers every request with DUNNO and does nothing else, on the same I/O
// library. What the sockets cost.
//
// trivial-policy --decide N: no sockets; what one decision of the shipped code costs, in
// nanoseconds, over N clients, while nobody is refused and while the limit is met.
#include <array>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdio>
#include <string_view>

#include "milter/base/listener.h"
#include "policy/law/shedder.h"
#include "policy/serve/server.h"

namespace spillway {
namespace {

struct Connection : std::enable_shared_from_this<Connection> {
  explicit Connection(StreamSocket s) : socket(std::move(s)) {}
  void Read() {
    boost::asio::async_read_until(socket, boost::asio::dynamic_buffer(text), "\n\n",
                                  [self = shared_from_this()](auto error, size_t size) {
                                    if (error) return;
                                    self->text.erase(0, size);
                                    self->Write();
                                  });
  }
  void Write() {
    boost::asio::async_write(socket, boost::asio::buffer(kAnswer),
                             [self = shared_from_this()](auto error, size_t) {
                               if (!error) self->Read();
                             });
  }
  static constexpr std::string_view kAnswer = "action=DUNNO\n\n";
  StreamSocket socket;
  std::string text;
};

int Serve(const char* path) {
  boost::asio::io_context io(1);
  Acceptor acceptor(io, Listen({.path = path}, "0666", ""), [](StreamSocket socket) {
    std::make_shared<Connection>(std::move(socket))->Read();
  });
  io.run();
  return 0;
}

double NanosecondsEach(Shedder& shedder, int clients, double sessions) {
  const TimePoint now = TimePoint() + std::chrono::hours(1);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < clients; ++i) {
    const std::array<uint8_t, 4> bytes = {198, static_cast<uint8_t>(i >> 16),
                                          static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    shedder.Admit({Ip::FromBytes4(bytes.data()), {}}, sessions, now, 1'700'000'000);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / clients;
}

int Decide(int clients) {
  Shedder shedder({.budget = 1, .slots = 100}, {}, {});
  const double open = NanosecondsEach(shedder, clients, 5);
  shedder.Order({OverrideMode::kHold, 20, TimePoint::max()});
  std::printf("{\"admit_ns\": %.0f, \"refuse_ns\": %.0f}\n", open,
              NanosecondsEach(shedder, clients, 90));
  return 0;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--decide")
    return spillway::Decide(std::stoi(argv[2]));
  if (argc == 2) return spillway::Serve(argv[1]);
  std::fprintf(stderr, "usage: trivial-policy SOCKET | --decide N\n");
  return 64;
}
