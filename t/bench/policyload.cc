// SPDX-License-Identifier: BSD-2-Clause
// policyload: Postfix's side of a policy socket as a load generator, one request at a time on each
// connection, as fast as they are answered or at a rate. Prints one JSON object.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "milter/base/endpoint.h"
#include "milter/base/fd.h"

namespace spillway {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string socket;
  int connections = 4;
  int requests = 100000;
  double rate = 0;  // requests/s in all; 0: as fast as they are answered
};

// What Postfix 3.7 sends, the parts that differ from request to request filled in.
std::string Request(int number) {
  const std::string n = std::to_string(number);
  return "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address="
         "198." +
         std::to_string(18 + number % 2) + "." + std::to_string(number / 250 % 250) + "." +
         std::to_string(number % 250) +
         "\nclient_name=mail.example.org\nclient_port=" + std::to_string(1024 + number % 60000) +
         "\nreverse_client_name=mail.example.org\nserver_address=192.0.2.25\nserver_port=25\n"
         "helo_name=mail.example.org\nsender=user@example.org\nrecipient=rcpt@example.net\n"
         "recipient_count=0\nqueue_id=\ninstance=4a1." +
         n +
         ".8f.0\nsize=0\netrn_domain=\nstress=\nsasl_method=\nsasl_username=\nsasl_sender=\n"
         "ccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n"
         "encryption_protocol=\nencryption_cipher=\nencryption_keysize=0\npolicy_context=\n\n";
}

template <typename Address>
Fd ConnectTo(const Address& address, const std::string& name) {
  Fd fd(::socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM | SOCK_CLOEXEC,
                 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error(name + ": cannot connect");
  return fd;
}

Fd Connect(const std::string& name) {
  const auto endpoint = Endpoint::Parse(name);
  if (!endpoint) throw std::runtime_error(name + ": not a socket");
  if (endpoint->kind == Endpoint::Kind::kUnix) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    endpoint->path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return ConnectTo(address, name);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint->port);
  inet_pton(AF_INET, endpoint->host.c_str(), &address.sin_addr);
  return ConnectTo(address, name);
}

void Ask(const Fd& fd, int number) {
  const std::string request = Request(number);
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0)
    throw std::runtime_error("the connection was closed");
  std::string answer;
  char buffer[512];
  while (answer.find("\n\n") == std::string::npos) {
    const ssize_t size = ::recv(fd.get(), buffer, sizeof(buffer), 0);
    if (size <= 0) throw std::runtime_error("the connection was closed");
    answer.append(buffer, static_cast<size_t>(size));
  }
}

void Load(const Options& options) {
  std::atomic<int> next{0};
  const auto start = Clock::now();
  std::vector<std::vector<double>> parts(static_cast<size_t>(options.connections));
  std::vector<std::thread> threads;
  for (auto& part : parts) {
    threads.emplace_back([&] {
      const Fd fd = Connect(options.socket);
      for (int number = next++; number < options.requests; number = next++) {
        if (options.rate > 0)
          std::this_thread::sleep_until(start +
                                        std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(number / options.rate)));
        const auto begin = Clock::now();
        Ask(fd, number);
        part.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  const auto at = [&](double share) {
    return all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))] * 1e6;
  };
  std::printf(
      "{\"requests_per_second\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"max_us\": %.1f}\n",
      static_cast<double>(all.size()) / elapsed, at(0.5), at(0.99), at(1));
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  spillway::Options options;
  CLI::App app("Load on a policy socket, as Postfix makes it");
  app.add_option("--socket", options.socket, "unix:/path or inet:port@address")->required();
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 1000));
  app.add_option("--requests", options.requests)->check(CLI::Range(1, 10000000));
  app.add_option("--rate", options.rate, "requests/s; 0: as fast as they are answered");
  CLI11_PARSE(app, argc, argv);
  try {
    spillway::Load(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "policyload: %s\n", error.what());
    return 1;
  }
  return 0;
}
