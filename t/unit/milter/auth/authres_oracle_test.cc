// SPDX-License-Identifier: BSD-2-Clause
// Our reader of Authentication-Results beside python3-authres, on fields put together at random by
// the grammar of RFC 8601.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>

#include "milter/auth/authres_reader.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

// One line for each line of the file: the authserv-id, then each method and result.
constexpr const char* kOracle = R"(
import sys, authres
for line in open(sys.argv[1]):
    try:
        read = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + line.rstrip("\n"))
    except authres.core.SyntaxError:
        print("?")
        continue
    print(read.authserv_id, *[f"{one.method}={one.result}" for one in read.results])
)";

class Fields {
 public:
  std::string Next() {
    std::string out = Cfws() + One({"mx.example.org", "mx", "a.b"}) + Cfws();
    const int results = Draw(3) + 1;
    for (int i = 0; i < results; ++i) {
      out += ";" + Cfws() + One({"spf", "dkim", "dmarc", "arc", "iprev"}) + Cfws() + "=" + Cfws();
      out += One({"pass", "fail", "none", "temperror"});
      if (Draw(3) == 0) out += " reason=\"a; dmarc=pass \\\"x\\\" (y\"";
      if (Draw(2) == 0)
        out += " " + One({"smtp", "header"}) + "." + One({"from", "d", "mailfrom"}) + "=" +
               One({"example.org", "a@example.org", "\"x; dkim=pass\""});
      out += Cfws();
    }
    return out;
  }

 private:
  int Draw(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string One(const std::vector<std::string>& words) {
    return words[static_cast<size_t>(Draw(static_cast<int>(words.size())))];
  }
  std::string Cfws() { return One({" ", " ", "  ", " (c; spf=pass) ", " (a (b) \\) c) "}); }

  std::mt19937 random_{8601};
};

std::vector<std::string> OracleOn(const TempDir& dir) {
  dir.Write("oracle.py", kOracle);
  const std::string command = "/usr/bin/python3 " + (dir / "oracle.py") + " " + (dir / "fields");
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), &::pclose);
  std::vector<std::string> lines;
  std::array<char, 1024> buffer{};
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    lines.emplace_back(buffer.data());
    lines.back().pop_back();
  }
  return lines;
}

TEST(AuthresOracle, ReadsWhatPythonsAuthresReads) {
  constexpr size_t kFields = 500;
  const TempDir dir;
  Fields fields;
  std::vector<std::string> written;
  std::string text;
  for (size_t i = 0; i < kFields; ++i) text += written.emplace_back(fields.Next()) + "\n";
  dir.Write("fields", text);
  const std::vector<std::string> theirs = OracleOn(dir);
  ASSERT_EQ(theirs.size(), kFields) << "python3-authres is not there, or did not read a field";
  size_t read_by_both = 0;
  for (size_t i = 0; i < kFields; ++i) {
    if (theirs[i] == "?") continue;  // it has no quoted pairs in comments, and the like
    ++read_by_both;
    const ReadResults read = ReadAuthenticationResults(written[i]);
    std::string ours = read.authserv_id;
    for (const ReadResult& one : read.results) ours += " " + one.method + "=" + one.result;
    EXPECT_TRUE(read.whole) << written[i];
    EXPECT_EQ(ours, theirs[i]) << written[i];
  }
  EXPECT_GT(read_by_both, kFields / 2);
}

}  // namespace
}  // namespace spillway
