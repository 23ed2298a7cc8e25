// SPDX-License-Identifier: BSD-2-Clause
// milterload: the MTA's side of a milter socket as a load generator. Sends the messages of a corpus
// over some connections, as fast as they are answered or at a rate, and prints one JSON object.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <sstream>
#include <thread>
#include <vector>

#include "milter/base/endpoint.h"
#include "t/rig/milter_client.h"

namespace spillway {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> sockets;  // one after the other for each message, as Postfix does
  std::string corpus;
  std::string client = "192.0.2.1";
  std::string from = "<sender@good.example>";
  int connections = 8;
  int messages = 1000;
  int per_session = 1;    // messages between connect and close
  double rate = 0;        // messages/s in all; 0: as fast as they are answered
  std::vector<int> pids;  // whose CPU time to count
};

std::vector<MilterMail> ReadCorpus(const Options& options) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(options.corpus)) {
    if (entry.path().extension() == ".eml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<MilterMail> mails;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    mails.push_back(MilterClient::Parse(text.str()));
    mails.back().client = options.client;
    mails.back().from = options.from;
    mails.back().helo = "mail.good.example";
  }
  return mails;
}

// utime + stime of a process in seconds (proc(5)); 0 when there is none.
double CpuSeconds(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text, '\0');
  std::istringstream fields(text.substr(std::min(text.rfind(')') + 2, text.size())));
  std::string skip;
  for (int i = 0; i < 11; ++i) fields >> skip;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CpuSeconds(const std::vector<int>& pids) {
  return std::accumulate(pids.begin(), pids.end(), 0.0,
                         [](double sum, int pid) { return sum + CpuSeconds(pid); });
}

// What all connections share.
struct Run {
  const Options& options;
  const std::vector<MilterMail>& corpus;
  const std::vector<Endpoint> endpoints;
  const Clock::time_point start = Clock::now();
  std::atomic<int> next{0};
  std::atomic<int> failed{0};
};

// A session at each of the filters.
class Chain {
 public:
  explicit Chain(const std::vector<Endpoint>& endpoints) {
    for (const Endpoint& endpoint : endpoints)
      clients_.push_back(std::make_unique<MilterClient>(endpoint));
    for (const auto& client : clients_) {
      client->BufferWrites();
      good_ = client->Negotiate() && good_;
    }
  }
  bool good() const { return good_; }
  void Quit() {
    for (const auto& client : clients_) client->Quit();
  }
  // Each filter sees what those before it added. The first answer that is not to go on ends it.
  char Send(const MilterMail& mail) {
    if (clients_.size() == 1) return clients_.front()->Send(mail).command;
    MilterMail changed = mail;
    char answer = 'c';
    for (const auto& client : clients_) {
      const MilterReply reply = client->Send(changed);
      answer = reply.command;
      if (answer != 'c' && answer != 'a') break;
      for (const HeaderEdit& edit : reply.edits) {
        if (edit.command != 'm')
          changed.headers.insert(changed.headers.begin(), {edit.name, edit.value});
      }
    }
    return answer;
  }

 private:
  std::vector<std::unique_ptr<MilterClient>> clients_;
  bool good_ = true;
};

// Sends until the run's messages are used up; returns the seconds that each took.
std::vector<double> Serve(Run& run) {
  std::vector<double> seconds;
  while (run.next < run.options.messages) {
    Chain chain(run.endpoints);
    if (!chain.good()) {
      ++run.failed;
      ++run.next;
      continue;
    }
    for (int i = 0; i < run.options.per_session; ++i) {
      const int number = run.next++;
      if (number >= run.options.messages) break;
      if (run.options.rate > 0) {
        std::this_thread::sleep_until(
            run.start + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(number / run.options.rate)));
      }
      const auto begin = Clock::now();
      const auto& mail = run.corpus[static_cast<size_t>(number) % run.corpus.size()];
      const char answer = chain.Send(mail);
      if (answer != 'c' && answer != 'a') ++run.failed;
      seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
      if (answer == 0) break;
    }
    chain.Quit();
  }
  return seconds;
}

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void Load(const Options& options) {
  const std::vector<MilterMail> corpus = ReadCorpus(options);
  if (corpus.empty()) throw std::runtime_error(options.corpus + ": no .eml files");
  std::vector<Endpoint> endpoints;
  for (const std::string& socket : options.sockets) {
    const auto endpoint = Endpoint::Parse(socket);
    if (!endpoint) throw std::runtime_error(socket + ": not a socket");
    endpoints.push_back(*endpoint);
  }
  Run run{options, corpus, endpoints};
  const double cpu_before = CpuSeconds(options.pids);
  std::vector<std::vector<double>> parts(static_cast<size_t>(options.connections));
  std::vector<std::thread> threads;
  for (auto& part : parts) threads.emplace_back([&part, &run] { part = Serve(run); });
  for (std::thread& thread : threads) thread.join();
  const double elapsed = std::chrono::duration<double>(Clock::now() - run.start).count();
  const double cpu = CpuSeconds(options.pids) - cpu_before;
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  std::printf(
      "{\"messages\": %zu, \"failed\": %d, \"connections\": %d, \"seconds\": %.3f, "
      "\"messages_per_second\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, "
      "\"cpu_seconds_per_1000\": %.4f}\n",
      all.size(), run.failed.load(), options.connections, elapsed,
      static_cast<double>(all.size()) / elapsed, Percentile(all, 0.5) * 1e3,
      Percentile(all, 0.99) * 1e3, all.empty() ? 0 : all.back() * 1e3,
      all.empty() ? 0 : cpu * 1000 / static_cast<double>(all.size()));
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  spillway::Options options;
  CLI::App app("Load on a milter socket, as an MTA makes it");
  app.add_option("--socket", options.sockets, "unix:/path or inet:port@address; several: a chain")
      ->required();
  app.add_option("--corpus", options.corpus, "directory of .eml files with CRLF")->required();
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 10000));
  app.add_option("--messages", options.messages)->check(CLI::Range(1, 10000000));
  app.add_option("--per-session", options.per_session, "messages for each connection")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--rate", options.rate, "messages/s; 0: as fast as they are answered");
  app.add_option("--client", options.client, "address of the SMTP client");
  app.add_option("--from", options.from, "MAIL FROM, in angle brackets");
  app.add_option("--pid", options.pids, "processes whose CPU time is counted");
  CLI11_PARSE(app, argc, argv);
  try {
    spillway::Load(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "milterload: %s\n", error.what());
    return 1;
  }
  return 0;
}
