// SPDX-License-Identifier: BSD-2-Clause
// One thread; delayed answers wait in a map by their time. TCP connections carry one query.
#include "t/rig/dns_server.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "milter/base/ip.h"
#include "milter/mail/header.h"

namespace spillway {

struct DnsServer::Behaviour {
  bool silent = false;
  bool servfail = false;
  bool truncate = false;
  int delay_ms = 0;
};

struct DnsServer::Zone {
  struct Record {
    int type;
    std::string rdata;
  };
  std::map<std::string, std::vector<Record>> records;
  std::set<std::string> names;  // with every ancestor
  std::map<std::string, Behaviour> behaviours;

  Behaviour BehaviourOf(std::string name) const {
    Behaviour all;
    while (true) {
      if (const auto it = behaviours.find(name); it != behaviours.end()) {
        all.silent = all.silent || it->second.silent;
        all.servfail = all.servfail || it->second.servfail;
        all.truncate = all.truncate || it->second.truncate;
        all.delay_ms = std::max(all.delay_ms, it->second.delay_ms);
      }
      const size_t dot = name.find('.');
      if (dot == std::string::npos) return all;
      name.erase(0, dot + 1);
    }
  }
};

struct DnsServer::Pending {
  sockaddr_in to{};
  std::string answer;
};

namespace {

constexpr uint32_t kTtl = 60;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 255);
}

std::string WireName(const std::string& name) {
  std::string out;
  std::istringstream labels(name);
  std::string label;
  while (std::getline(labels, label, '.')) {
    out += static_cast<char>(label.size());
    out += label;
  }
  return out + '\0';
}

std::string WireText(std::string_view text) {
  std::string out;
  do {
    const std::string_view part = text.substr(0, 255);
    out += static_cast<char>(part.size());
    out += part;
    text.remove_prefix(part.size());
  } while (!text.empty());
  return out;
}

std::pair<int, std::string> WireRecord(const std::string& type, const std::string& value) {
  const auto ip = Ip::Parse(value);
  if (type == "A" && ip)
    return {ns_t_a, std::string(reinterpret_cast<const char*>(ip->bytes()), 4)};
  if (type == "AAAA" && ip)
    return {ns_t_aaaa, std::string(reinterpret_cast<const char*>(ip->bytes()), 16)};
  if (type == "TXT") return {ns_t_txt, WireText(value)};
  if (type == "PTR") return {ns_t_ptr, WireName(value)};
  if (type == "CNAME") return {ns_t_cname, WireName(value)};
  if (type == "MX") {
    std::string out;
    Put16(out, static_cast<unsigned>(std::stoul(value)));
    return {ns_t_mx, out + WireName(value.substr(value.find(' ') + 1))};
  }
  throw std::runtime_error("record type " + type);
}

// Name and type of a query, or an empty name.
std::pair<std::string, int> Question(const std::string& query, size_t& end) {
  std::string name;
  size_t at = 12;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<size_t>(static_cast<unsigned char>(query[at]));
    if (at + 1 + length >= query.size()) return {};
    name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
    at += 1 + length;
  }
  if (at + 5 > query.size()) return {};
  end = at + 5;
  return {ToLower(name), static_cast<unsigned char>(query[at + 1]) * 256 +
                             static_cast<unsigned char>(query[at + 2])};
}

void PutRecord(std::string& out, const std::string& owner, int type, const std::string& rdata) {
  out += WireName(owner);
  Put16(out, static_cast<unsigned>(type));
  Put16(out, ns_c_in);
  Put16(out, 0);
  Put16(out, kTtl);
  Put16(out, static_cast<unsigned>(rdata.size()));
  out += rdata;
}

std::string Header(const std::string& query, size_t question_end, unsigned flags,
                   unsigned answers) {
  std::string out = query.substr(0, 2);
  Put16(out, 0x8180 | flags);
  Put16(out, 1);
  Put16(out, answers);
  Put16(out, 0);
  Put16(out, 0);
  return out + query.substr(12, question_end - 12);
}

// The payload size that an OPT record at the end of the query offers.
size_t UdpLimit(const std::string& query, size_t question_end) {
  const size_t opt = question_end;
  if (query.size() < opt + 11 || query[opt] != 0 || query[opt + 2] != ns_t_opt) return 512;
  return static_cast<unsigned char>(query[opt + 3]) * 256U +
         static_cast<unsigned char>(query[opt + 4]);
}

}  // namespace

DnsServer::DnsServer(const std::string& address, uint16_t port)
    : address_(address), zone_(std::make_shared<Zone>()) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  const auto* generic = reinterpret_cast<const sockaddr*>(&at);
  const int on = 1;
  for (int attempt = 0; attempt < 20; ++attempt) {
    udp_.Reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    tcp_.Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ::setsockopt(tcp_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(udp_.get(), generic, sizeof(at)) != 0) break;
    sockaddr_in got{};
    socklen_t size = sizeof(got);
    ::getsockname(udp_.get(), reinterpret_cast<sockaddr*>(&got), &size);
    if (::bind(tcp_.get(), reinterpret_cast<const sockaddr*>(&got), sizeof(got)) != 0) continue;
    port_ = ntohs(got.sin_port);
    break;
  }
  if (port_ == 0 || ::listen(tcp_.get(), 64) != 0) {
    throw std::system_error(errno, std::generic_category(), "dns server on " + address);
  }
  const int megabytes = 4 << 20;
  ::setsockopt(udp_.get(), SOL_SOCKET, SO_RCVBUF, &megabytes, sizeof(megabytes));
  wake_.Reset(eventfd(0, EFD_CLOEXEC));
}

DnsServer::~DnsServer() {
  stopping_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_.get(), &one, sizeof(one));
  if (thread_.joinable()) thread_.join();
}

void DnsServer::Load(const std::string& text) {
  auto zone = std::make_shared<Zone>();
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    if (!(words >> first) || first[0] == '#') continue;
    if (!(words >> second)) throw std::runtime_error("zone line: " + line);
    std::string rest;
    std::getline(words >> std::ws, rest);
    if (first[0] == '@') {
      Behaviour& behaviour = zone->behaviours[ToLower(second)];
      behaviour.silent = behaviour.silent || first == "@silent";
      behaviour.servfail = behaviour.servfail || first == "@servfail";
      behaviour.truncate = behaviour.truncate || first == "@truncate";
      if (first == "@delay") behaviour.delay_ms = std::stoi(rest);
      continue;
    }
    const auto [type, rdata] = WireRecord(second, rest);
    zone->records[ToLower(first)].push_back({type, rdata});
    for (std::string name = ToLower(first); !name.empty();) {
      zone->names.insert(name);
      const size_t dot = name.find('.');
      name = dot == std::string::npos ? "" : name.substr(dot + 1);
    }
  }
  Publish(std::move(zone));
}

void DnsServer::Publish(std::shared_ptr<const Zone> zone) {
  {
    const std::lock_guard lock(mutex_);
    zone_ = std::move(zone);
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
}

std::string DnsServer::Answer(const std::string& query, bool tcp, int& delay_ms) const {
  std::shared_ptr<const Zone> zone;
  {
    const std::lock_guard lock(mutex_);
    zone = zone_;
  }
  size_t end = 0;
  const auto [name, type] =
      query.size() > 12 ? Question(query, end) : std::pair<std::string, int>();
  if (end == 0) return {};
  const Behaviour behaviour = zone->BehaviourOf(name);
  delay_ms = behaviour.delay_ms;
  if (behaviour.silent) return {};
  if (behaviour.servfail) return Header(query, end, ns_r_servfail, 0);
  if (behaviour.truncate && !tcp) return Header(query, end, 0x0200, 0);
  std::string answers;
  unsigned count = 0;
  const auto it = zone->records.find(name);
  if (it != zone->records.end()) {
    for (const auto& record : it->second) {
      if (record.type != type && record.type != ns_t_cname) continue;
      PutRecord(answers, name, record.type, record.rdata);
      ++count;
    }
  }
  const unsigned rcode = zone->names.contains(name) ? ns_r_noerror : ns_r_nxdomain;
  std::string out = Header(query, end, rcode, count) + answers;
  return !tcp && out.size() > UdpLimit(query, end) ? Header(query, end, 0x0200, 0) : out;
}

void DnsServer::ServeUdp() {
  std::array<char, 4096> buffer{};
  Pending pending;
  socklen_t size = sizeof(pending.to);
  const ssize_t got = ::recvfrom(udp_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&pending.to), &size);
  if (got <= 0) return;
  ++queries_;
  int delay = 0;
  pending.answer = Answer(std::string(buffer.data(), static_cast<size_t>(got)), false, delay);
  if (!pending.answer.empty()) due_.emplace(NowMs() + delay, std::move(pending));
}

void DnsServer::ServeTcp() {
  const Fd connection(::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connection.valid()) ServeTcpConnection(connection);
}

void DnsServer::ServeTcpConnection(const Fd& connection) {
  const timeval patience{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  std::array<char, 4098> buffer{};
  const ssize_t got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
  if (got <= 2) return;
  ++queries_;
  ++tcp_queries_;
  int delay = 0;
  const std::string answer =
      Answer(std::string(buffer.data() + 2, static_cast<size_t>(got) - 2), true, delay);
  std::string framed;
  Put16(framed, static_cast<unsigned>(answer.size()));
  framed += answer;
  if (!answer.empty()) ::send(connection.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
  // Until the client is done, so that it gets all of it.
  ::recv(connection.get(), buffer.data(), buffer.size(), 0);
}

void DnsServer::Run() {
  while (!stopping_) {
    std::array<pollfd, 3> fds = {
        {{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    const int64_t wait = due_.empty() ? 1000 : std::max<int64_t>(due_.begin()->first - NowMs(), 0);
    ::poll(fds.data(), fds.size(), static_cast<int>(wait));
    if (fds[0].revents != 0) ServeUdp();
    if (fds[1].revents != 0) ServeTcp();
    while (!due_.empty() && due_.begin()->first <= NowMs()) {
      const Pending& pending = due_.begin()->second;
      ::sendto(udp_.get(), pending.answer.data(), pending.answer.size(), 0,
               reinterpret_cast<const sockaddr*>(&pending.to), sizeof(pending.to));
      due_.erase(due_.begin());
    }
  }
}

}  // namespace spillway
