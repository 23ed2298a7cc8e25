// SPDX-License-Identifier: BSD-2-Clause
// Runs the published RFC 7208 suite (spf/rfc7208-tests.yml) against EvaluateSpf. Prints every
// deviation by name and "spf: N/M"; exits 1 when there is one.
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <set>
#include <string>

#include "milter/auth/spf_eval.h"
#include "milter/dns/wire.h"
#include "milter/mail/address.h"
#include "milter/mail/header.h"
#include "t/rig/fake_dns.h"

namespace spillway {
namespace {

// The zone data of one scenario, with the suite's conventions: SPF records stand for TXT unless TXT
// is given, TIMEOUT makes every type not listed before it time out.
class SuiteDns final : public SpfAnswers {
 public:
  explicit SuiteDns(const YAML::Node& zone) {
    for (const auto& entry : zone) Load(ToLower(entry.first.as<std::string>()), entry.second);
  }

  DnsAnswerPtr Find(const DnsQuestion& question) override {
    if (QueryName(question.name).empty())
      return std::make_shared<DnsAnswer>(DnsAnswer{.status = DnsStatus::kNxdomain});
    std::string name = question.name;
    for (int hop = 0; aliases_.contains(name) && hop < 8; ++hop) name = aliases_[name];
    DnsAnswerPtr answer = dns_.Answer({name, question.type});
    if (answer->empty() && timeouts_.contains(name)) {
      return std::make_shared<DnsAnswer>(DnsAnswer{.status = DnsStatus::kTimeout});
    }
    return answer;
  }

 private:
  void Load(const std::string& name, const YAML::Node& records) {
    std::vector<std::string> texts;
    std::vector<std::string> spf;
    std::vector<std::string> exchanges;
    bool explicit_txt = false;
    for (const YAML::Node& record : records) {
      if (record.IsScalar()) {
        timeouts_.insert(name);
        continue;
      }
      const auto type = record.begin()->first.as<std::string>();
      const YAML::Node value = record.begin()->second;
      if (type == "A" || type == "AAAA") dns_.Address(name, {value.as<std::string>()});
      if (type == "MX") exchanges.push_back(value[1].as<std::string>());
      if (type == "PTR") pointers_[name].push_back(value.as<std::string>());
      if (type == "CNAME") aliases_[name] = ToLower(value.as<std::string>());
      if (type == "SPF") spf.push_back(Joined(value));
      if (type == "TXT") {
        explicit_txt = true;
        if (Joined(value) != "NONE") texts.push_back(Joined(value));
      }
    }
    if (!explicit_txt) texts = spf;
    if (!texts.empty()) dns_.Txt(name, texts);
    if (!exchanges.empty()) dns_.Names(name, RrType::kMx, exchanges);
    if (pointers_.contains(name)) dns_.Names(name, RrType::kPtr, pointers_[name]);
  }

  static std::string Joined(const YAML::Node& value) {
    if (value.IsScalar()) return value.as<std::string>();
    std::string out;
    for (const YAML::Node& part : value) out += part.as<std::string>();
    return out;
  }

  FakeDns dns_;
  std::map<std::string, std::string> aliases_;
  std::map<std::string, std::vector<std::string>> pointers_;
  std::set<std::string> timeouts_;
};

bool Accepts(const YAML::Node& result, const std::string& got) {
  if (result.IsScalar()) return result.as<std::string>() == got;
  for (const YAML::Node& one : result) {
    if (one.as<std::string>() == got) return true;
  }
  return false;
}

// Empty when the case holds, else what was wrong.
std::string RunCase(const YAML::Node& test, SuiteDns& dns) {
  const Mailbox sender = ParsePath(test["mailfrom"].as<std::string>());
  SpfQuery query;
  query.client = Ip::Parse(test["host"].as<std::string>()).value();
  query.helo = test["helo"].as<std::string>();
  query.local = sender.local;
  query.domain = sender.null() ? ToLower(query.helo) : sender.domain;
  const SpfOutcome outcome = EvaluateSpf(query, dns);
  const std::string got(StateName(outcome.state));
  if (!Accepts(test["result"], got)) return "result " + got + " (" + outcome.reason + ")";
  return {};
}

int RunSuite(const char* path) {
  int total = 0;
  int passed = 0;
  for (const YAML::Node& scenario : YAML::LoadAllFromFile(path)) {
    if (!scenario["tests"]) continue;
    SuiteDns dns(scenario["zonedata"]);
    for (const auto& entry : scenario["tests"]) {
      ++total;
      const std::string wrong = RunCase(entry.second, dns);
      if (wrong.empty())
        ++passed;
      else
        std::printf("deviation: %s: %s\n", entry.first.as<std::string>().c_str(), wrong.c_str());
    }
  }
  std::printf("spf: %d/%d\n", passed, total);
  return passed == total && total > 0 ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: spf-suite rfc7208-tests.yml\n");
    return 64;
  }
  return spillway::RunSuite(argv[1]);
}
