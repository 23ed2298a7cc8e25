// SPDX-License-Identifier: BSD-2-Clause
// Runs the published ARC suites (arc/arc-draft-validation-tests.yml, arc-draft-sign-tests.yml).
// Prints every deviation by name, "arc-validate: N/M" and "arc-sign: N/M"; exits 1 when there is
// one.
#include <yaml-cpp/yaml.h>

#include <cstdio>
#include <map>
#include <string>

#include "milter/auth/arc_chain.h"
#include "milter/auth/arc_seal.h"
#include "milter/auth/authres.h"
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

// Verifies `chain` of this message.
void Verify(const Text& text, const YAML::Node& records, ArcChain& chain) {
  BodyHash hash(chain.relaxed_body);
  hash.Update(text.body);
  const auto find = [&](const std::string& name, const std::string& algorithm) {
    std::vector<SignatureKeyPtr> keys;
    for (const auto& record : records) {
      if (ToLower(record.first.as<std::string>()) == name)
        keys.push_back(
            std::make_shared<const SignatureKey>(record.second.as<std::string>(), algorithm));
    }
    return keys;
  };
  VerifyArcChain(text.headers, hash.Finish(), find, {}, chain);
}

std::string Judge(const YAML::Node& scenario, const YAML::Node& test) {
  const Text text = Split(test["message"].as<std::string>());
  ArcChain chain = ReadArcChain(text.headers);
  Verify(text, scenario["txt-records"], chain);
  std::string expected = ToLower(test["cv"].as<std::string>(""));
  // The suite leaves out what a chain is whose last seal says that it failed before.
  if (expected.empty() || expected == "null") expected = "fail";
  if (StateName(chain.state) == expected) return {};
  return std::string(StateName(chain.state)) + " " + chain.reason + ", expected " + expected;
}

// What the fields of this name under `id` say, in order, without the identifier.
std::string Consolidated(const Text& text, const std::string& id) {
  std::string out = id;
  for (const HeaderField& field : text.headers) {
    if (!EqualsNoCase(field.name, kAuthenticationResults)) continue;
    const size_t end = field.value.find(';');
    if (Trim(field.value.substr(0, end)) == id && end != std::string::npos)
      out += "; " + std::string(Trim(field.value.substr(end + 1)));
  }
  return out;
}

// Signatures are compared without white space, which other signers put elsewhere.
TagList Tags(const std::string& value) {
  TagList tags = ParseTagList(Trim(value)).value_or(TagList());
  for (auto& [name, text] : tags) text = WithoutWhiteSpace(text);
  return tags;
}

std::string Sign(const YAML::Node& scenario, const YAML::Node& test) {
  const Text text = Split(test["message"].as<std::string>());
  const ArcChain read = ReadArcChain(text.headers);
  ArcChain verified = read;
  Verify(text, scenario["txt-records"], verified);
  BodyHash hash(true);
  hash.Update(text.body);
  std::string error;
  const auto key = PrivateKey::Parse(scenario["privatekey"].as<std::string>(), error);
  if (!key) return error;
  const ArcSeal seal{
      {scenario["domain"].as<std::string>(), scenario["sel"].as<std::string>(), *key},
      Consolidated(text, test["srv-id"].as<std::string>()),
      test["sig-headers"].as<std::string>(),
      test["t"].as<int64_t>()};
  const auto fields =
      SealArc(text.headers, hash.Finish(), read, verified.state == State::kPass, seal);
  const auto wanted = [&](const char* name) { return test[name].as<std::string>(""); };
  if (wanted("AS").empty() || fields.empty())
    return fields.empty() == wanted("AS").empty() ? "" : "sealed, or not, against expectation";
  if (Tags(fields[0].value) != Tags(wanted("AS"))) return "another seal: " + fields[0].value;
  if (Tags(fields[1].value) != Tags(wanted("AMS"))) return "another signature: " + fields[1].value;
  return WithoutWhiteSpace(fields[2].value) == WithoutWhiteSpace(wanted("AAR"))
             ? ""
             : "other results: " + fields[2].value;
}

// Returns what is wrong; empty: nothing.
using Run = std::string (*)(const YAML::Node& scenario, const YAML::Node& test);

int RunSuite(const char* path, const char* what, Run run) {
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
      const std::string wrong = run(scenario, test);
      passed += wrong.empty() ? 1 : 0;
      if (!wrong.empty()) std::printf("%s: %s\n", name.c_str(), wrong.c_str());
    }
  }
  std::printf("%s: %d/%d\n", what, passed, total);
  return passed == total && total > 0 ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int validated = spillway::RunSuite(argv[1], "arc-validate", spillway::Judge);
  return spillway::RunSuite(argv[2], "arc-sign", spillway::Sign) | validated;
}
