// SPDX-License-Identifier: BSD-2-Clause
// Walks the answer section once: follows the CNAME chain from the question, then takes the records
// of the wanted type at its end.
#include "milter/dns/wire.h"

#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <map>
#include <optional>

#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr int kMaxRecords = 100;
constexpr int kMaxChain = 8;
constexpr uint32_t kDefaultNegativeTtl = 60;

class Response {
 public:
  bool Parse(const uint8_t* data, size_t size) {
    return ns_initparse(data, static_cast<int>(size), &handle_) == 0;
  }
  int rcode() const { return ns_msg_getflag(handle_, ns_f_rcode); }
  int count(ns_sect section) const {
    return std::min<int>(ns_msg_count(handle_, section), kMaxRecords);
  }
  std::optional<ns_rr> Record(ns_sect section, int index) {
    ns_rr rr;
    if (ns_parserr(&handle_, section, index, &rr) != 0) return std::nullopt;
    return rr;
  }
  std::string Name(const uint8_t* at) const {
    char name[NS_MAXDNAME];
    if (ns_name_uncompress(ns_msg_base(handle_), ns_msg_end(handle_), at, name, sizeof(name)) < 0) {
      return {};
    }
    return ToLower(name);
  }

 private:
  ns_msg handle_{};
};

std::string JoinedText(const ns_rr& rr) {
  std::string out;
  const uint8_t* at = ns_rr_rdata(rr);
  const uint8_t* end = at + ns_rr_rdlen(rr);
  while (at < end) {
    const size_t length = std::min<size_t>(*at, static_cast<size_t>(end - at - 1));
    out.append(reinterpret_cast<const char*>(at + 1), length);
    at += 1 + length;
  }
  return out;
}

class Collector {
 public:
  Collector(const DnsQuestion& question, Response& response)
      : question_(question), response_(response) {}

  ParsedResponse Collect() {
    ParsedResponse out;
    const std::string owner = EndOfChain();
    if (owner.empty()) return {};
    for (int i = 0; i < response_.count(ns_s_an); ++i) {
      const auto rr = response_.Record(ns_s_an, i);
      if (!rr) return {};
      if (ns_rr_type(*rr) == static_cast<int>(question_.type) &&
          ToLower(ns_rr_name(*rr)) == owner) {
        Take(*rr, out.answer);
      }
    }
    SortExchanges(out.answer);
    const bool found =
        !out.answer.addresses.empty() || !out.answer.names.empty() || !out.answer.texts.empty();
    out.answer.status = found ? DnsStatus::kOk : DnsStatus::kNoData;
    out.answer.ttl = found ? ttl_ : NegativeTtl();
    if (!found && owner != question_.name) out.follow = owner;
    return out;
  }

  uint32_t NegativeTtl() {
    for (int i = 0; i < response_.count(ns_s_ns); ++i) {
      const auto rr = response_.Record(ns_s_ns, i);
      if (!rr || ns_rr_type(*rr) != ns_t_soa || ns_rr_rdlen(*rr) < 4) continue;
      const uint8_t* minimum = ns_rr_rdata(*rr) + ns_rr_rdlen(*rr) - 4;
      return std::min<uint32_t>(ns_rr_ttl(*rr), static_cast<uint32_t>(ns_get32(minimum)));
    }
    return kDefaultNegativeTtl;
  }

 private:
  // Empty for a loop, or a chain that is as good as one.
  std::string EndOfChain() {
    std::map<std::string, std::string> aliases;
    for (int i = 0; i < response_.count(ns_s_an); ++i) {
      const auto rr = response_.Record(ns_s_an, i);
      if (!rr || ns_rr_type(*rr) != ns_t_cname) continue;
      aliases[ToLower(ns_rr_name(*rr))] = response_.Name(ns_rr_rdata(*rr));
      ttl_ = std::min<uint32_t>(ttl_, ns_rr_ttl(*rr));
    }
    std::string name = question_.name;
    for (int hops = 0; hops < kMaxChain; ++hops) {
      const auto it = aliases.find(name);
      if (it == aliases.end()) return name;
      name = it->second;
    }
    return {};
  }

  void Take(const ns_rr& rr, DnsAnswer& answer) {
    const uint8_t* data = ns_rr_rdata(rr);
    const size_t size = ns_rr_rdlen(rr);
    ttl_ = std::min<uint32_t>(ttl_, ns_rr_ttl(rr));
    switch (question_.type) {
      case RrType::kA:
        if (size == 4) answer.addresses.push_back(Ip::FromBytes4(data));
        break;
      case RrType::kAaaa:
        if (size == 16) answer.addresses.push_back(Ip::FromBytes16(data));
        break;
      case RrType::kMx:
        if (size >= 3) exchanges_.emplace_back(ns_get16(data), response_.Name(data + 2));
        if (size >= 3) answer.names.emplace_back();
        break;
      case RrType::kPtr:
        answer.names.push_back(response_.Name(data));
        break;
      case RrType::kTxt:
        answer.texts.push_back(JoinedText(rr));
        break;
      case RrType::kCname:
        break;
    }
  }

  void SortExchanges(DnsAnswer& answer) {
    if (exchanges_.empty()) return;
    std::stable_sort(exchanges_.begin(), exchanges_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    answer.names.clear();
    for (auto& [preference, name] : exchanges_) answer.names.push_back(std::move(name));
  }

  const DnsQuestion& question_;
  Response& response_;
  std::vector<std::pair<unsigned, std::string>> exchanges_;
  uint32_t ttl_ = 7 * 86400;
};

}  // namespace

ParsedResponse ParseResponse(const DnsQuestion& question, const uint8_t* data, size_t size) {
  Response response;
  if (!response.Parse(data, size)) return {};
  Collector collector(question, response);
  if (response.rcode() == ns_r_noerror) return collector.Collect();
  ParsedResponse out;
  if (response.rcode() == ns_r_nxdomain) {
    out.answer.status = DnsStatus::kNxdomain;
    out.answer.ttl = collector.NegativeTtl();
  }
  return out;
}

std::string QueryName(std::string_view name) {
  constexpr size_t kMaxName = 253;
  constexpr size_t kMaxLabel = 63;
  std::string out;
  size_t label = 0;
  if (name.empty() || name.size() > kMaxName) return {};
  for (const char c : name) {
    if (c == '.') {
      if (label == 0) return {};
      label = 0;
    } else if (c == '\0' || ++label > kMaxLabel) {
      return {};
    }
    if (c == '\\') out += '\\';
    out += c;
  }
  return label == 0 ? std::string() : out;
}

}  // namespace spillway
