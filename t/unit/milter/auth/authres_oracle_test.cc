// SPDX-License-Identifier: BSD-2-Clause
// Our reader of Authentication-Results beside two others, python3-authres and
// libmail-authenticationresults-perl, on fields put together at random by the grammar of RFC 8601.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <random>

#include "milter/auth/authres_reader.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

// Programs that print one line for each line of a file: the authserv-id, then each method and
// result; "?" where they see an error.
constexpr const char* kPython = R"(
import sys, authres
for line in open(sys.argv[1]):
    try:
        read = authres.AuthenticationResultsHeader.parse("Authentication-Results: " + line.rstrip("\n"))
    except authres.core.SyntaxError:
        print("?")
        continue
    print(read.authserv_id, *[f"{one.method}={one.result}" for one in read.results])
)";
constexpr const char* kPerl = R"(
use Mail::AuthenticationResults::Parser;
open my $fields, '<', $ARGV[0] or die;
while (my $line = <$fields>) {
  chomp $line;
  my $read = eval { Mail::AuthenticationResults::Parser->new->parse($line) };
  if (!$read) { print "?\n"; next }
  my $results = $read->search({isa => 'entry'})->children;
  print join(' ', $read->value->value, map { $_->key . '=' . $_->value } @$results), "\n";
}
)";

class Fields {
 public:
  // quoted_pairs: backslashes in comments and quoted strings.
  explicit Fields(bool quoted_pairs) : quoted_pairs_(quoted_pairs) {}
  std::string Next() {
    std::string out = Cfws() + One({"mx.example.org", "mx", "a.b"}) + Cfws();
    const int results = Draw(3) + 1;
    for (int i = 0; i < results; ++i) {
      out += ";" + Cfws() + One({"spf", "dkim", "dmarc", "arc", "iprev"}) + Cfws() + "=" + Cfws();
      out += One({"pass", "fail", "none", "temperror"});
      if (Draw(3) == 0) out += " reason=\"a; dmarc=pass " + Pair("\"x") + " (y\"";
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
  std::string Cfws() {
    return One({" ", " ", "  ", " (c; spf=pass) ", " (a (b) " + Pair(") ") + "c) "});
  }
  std::string Pair(const std::string& text) const { return quoted_pairs_ ? "\\" + text : ""; }

  const bool quoted_pairs_;
  std::mt19937 random_{8601};
};

std::vector<std::string> LinesOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), &::pclose);
  std::vector<std::string> lines;
  std::array<char, 1024> buffer{};
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    lines.emplace_back(buffer.data());
    lines.back().pop_back();
  }
  return lines;
}

std::string OursOn(const std::string& field) {
  const ReadResults read = ReadAuthenticationResults(field);
  EXPECT_TRUE(read.whole) << field;
  std::string ours = read.authserv_id;
  for (const ReadResult& one : read.results) ours += " " + one.method + "=" + one.result;
  return ours;
}

void CompareWith(const std::string& interpreter, const char* program, Fields fields) {
  constexpr size_t kFields = 500;
  const TempDir dir;
  std::vector<std::string> written;
  std::string text;
  for (size_t i = 0; i < kFields; ++i) text += written.emplace_back(fields.Next()) + "\n";
  dir.Write("fields", text);
  dir.Write("oracle", program);
  const auto theirs = LinesOf(interpreter + " " + (dir / "oracle") + " " + (dir / "fields"));
  ASSERT_EQ(theirs.size(), kFields) << interpreter << ": a package is missing, or it gave up";
  size_t read_by_both = 0;
  for (size_t i = 0; i < kFields; ++i) {
    if (theirs[i] == "?") continue;  // where they know less than the grammar
    ++read_by_both;
    EXPECT_EQ(OursOn(written[i]), theirs[i]) << written[i];
  }
  EXPECT_GT(read_by_both, kFields / 3);
}

TEST(AuthresOracle, ReadsWhatPythonsAuthresReads) {
  CompareWith("/usr/bin/python3", kPython, Fields(true));
}

TEST(AuthresOracle, ReadsWhatPerlsAuthenticationResultsReads) {
  CompareWith("/usr/bin/perl", kPerl, Fields(false));
}

}  // namespace
}  // namespace spillway
