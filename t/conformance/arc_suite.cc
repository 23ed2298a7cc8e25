// SPDX-License-Identifier: BSD-2-Clause
// Runs the published ARC validation suite (arc/arc-draft-validation-tests.yml). Prints every
// deviation by name and "arc-validate: N/M"; exits 1 when there is one.
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <map>
#include <string>

#include "milter/auth/arc_chain.h"
#include "milter/auth/canonical.h"

namespace spillway {
namespace {

struct Text {
  std::vector<HeaderField> headers;
  std::string body;
};

std::string Crlf(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

Text Split(const std::string& message) {
  Text out;
  std::string_view rest = message;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (line.front() == ' ' || line.front() == '\t')
      out.headers.back().value += "\r\n" + line;
    else if (colon != std::string::npos)
      out.headers.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  out.body = Crlf(std::string(rest));
  return out;
}

std::string Judge(const Text& text, const YAML::Node& records) {
  ArcChain chain = ReadArcChain(text.headers);
  BodyHash hash(chain.relaxed_body);
  hash.Update(text.body);
  const auto find = [&](const std::string& name) -> std::optional<std::string> {
    for (const auto& record : records) {
      if (ToLower(record.first.as<std::string>()) == name) return record.second.as<std::string>();
    }
    return std::nullopt;
  };
  VerifyArcChain(text.headers, hash.Finish(), find, {}, chain);
  return std::string(StateName(chain.state)) + (chain.reason.empty() ? "" : " " + chain.reason);
}

int RunSuite(const char* path) {
  int total = 0;
  int passed = 0;
  for (const YAML::Node& scenario : YAML::LoadAllFromFile(path)) {
    if (!scenario["tests"]) continue;
    // A name that stands twice counts once, with the text of the last, as other readers have it.
    std::map<std::string, YAML::Node> tests;
    for (const auto& entry : scenario["tests"])
      tests.insert_or_assign(entry.first.as<std::string>(), entry.second);
    for (const auto& [name, test] : tests) {
      ++total;
      std::string expected = ToLower(test["cv"].as<std::string>(""));
      // The suite leaves out what a chain is whose last seal says that it failed before.
      if (expected.empty() || expected == "null") expected = "fail";
      const std::string got =
          Judge(Split(test["message"].as<std::string>()), scenario["txt-records"]);
      if (got.substr(0, got.find(' ')) == expected)
        ++passed;
      else
        std::printf("%s: %s, expected %s\n", name.c_str(), got.c_str(), expected.c_str());
    }
  }
  std::printf("arc-validate: %d/%d\n", passed, total);
  return passed == total && total > 0 ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  return argc == 2 ? spillway::RunSuite(argv[1]) : 2;
}
