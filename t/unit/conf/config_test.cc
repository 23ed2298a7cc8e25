// SPDX-License-Identifier: BSD-2-Clause
#include "conf/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "milter/check/dkim_options.h"

namespace spillway {
namespace {

std::vector<std::string> ErrorsOf(std::string_view text) {
  return ParseConfig(text, "c.toml").errors;
}

TEST(Config, EmptyTextGivesTheDefaults) {
  const LoadResult loaded = ParseConfig("", "c.toml");
  EXPECT_TRUE(loaded.errors.empty());
  EXPECT_EQ(loaded.config.budget.per_message, Milliseconds(1000));
  EXPECT_EQ(loaded.config.checks.Of<DkimOptions>().max_signatures, 6);
}

TEST(Config, ValuesAreRead) {
  const LoadResult loaded = ParseConfig(
      "[budget]\nper_message = \"250ms\"\nmax_scan_size = \"2MiB\"\n"
      "[spf]\nenabled = false\n[dns]\nservers = [\"127.0.0.1\", \"[::1]:5353\"]\n",
      "c.toml");
  ASSERT_TRUE(loaded.errors.empty()) << loaded.errors.front();
  EXPECT_EQ(loaded.config.budget.per_message, Milliseconds(250));
  EXPECT_EQ(loaded.config.budget.max_scan_size.value, 2U << 20);
  EXPECT_FALSE(loaded.config.checks.Enabled("spf"));
  EXPECT_EQ(loaded.config.dns.servers, (Strings{"127.0.0.1", "[::1]:5353"}));
}

struct BadCase {
  const char* text;
  const char* error;
};

class ConfigErrors : public testing::TestWithParam<BadCase> {};

TEST_P(ConfigErrors, SayWhereAndWhat) {
  const auto errors = ErrorsOf(GetParam().text);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors.front(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigErrors,
    testing::Values(
        BadCase{"[budget]\nper_mesage = \"1s\"\n",
                "c.toml:2:1: unknown key \"per_mesage\", did you mean \"per_message\"?"},
        BadCase{"[bugdet]\n", "c.toml:1:2: unknown section \"bugdet\", did you mean \"budget\"?"},
        BadCase{"[budget]\nper_message = 5\n",
                "c.toml:2:15: \"per_message\" is of type integer, expected a duration such as "
                "\"1s\" or \"250ms\""},
        BadCase{"[dkim]\nmax_signatures = 0\n",
                "c.toml:2:18: \"max_signatures\" is 0, expected 1 to 50"},
        BadCase{"[spf]\non_timeout = \"reject\"\n",
                "c.toml:2:14: \"on_timeout\" is \"reject\", expected \"accept\", \"tempfail\" or "
                "\"tempfail-external\""},
        BadCase{
            "[milter]\nsocket_mode = \"rw\"\n",
            "c.toml:2:15: \"socket_mode\" is \"rw\", expected an octal mode such as \"0660\""}));

TEST(Config, AllErrorsComeInTheOrderOfTheFile) {
  const auto errors =
      ErrorsOf("[spf]\nenabled = \"yes\"\n[budget]\nper_message = \"1h\"\nfoo = 1\n[zzz]\n");
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_TRUE(errors[0].starts_with("c.toml:2:11: "));
  EXPECT_TRUE(errors[1].starts_with("c.toml:4:15: "));
  EXPECT_TRUE(errors[2].starts_with("c.toml:5:1: "));
  EXPECT_TRUE(errors[3].starts_with("c.toml:6:2: "));
}

TEST(Config, UnknownGroupHasItsPlace) {
  const auto errors = ErrorsOf("[milter]\nsocket_group = \"no-such-group\"\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_TRUE(errors.front().starts_with("c.toml:2:16: ")) << errors.front();
}

TEST(Config, SyntaxErrorHasItsPlace) {
  const auto errors = ErrorsOf("[budget\nper_message = \"1s\"\n");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_TRUE(errors.front().starts_with("c.toml:1:")) << errors.front();
}

// toml++ 3.3 asserts on these.
TEST(Config, LineThatIsNoTomlHasItsPlace) {
  EXPECT_EQ(ErrorsOf("[spf]\n[(ds]\n"),
            std::vector<std::string>{"c.toml:2:1: this line is not TOML"});
  EXPECT_EQ(ErrorsOf("[\n\n").size(), 1U);
  EXPECT_EQ(ErrorsOf("[spf]\nenabled = ]").size(), 1U);
}

TEST(Config, FileThatIsNotThereIsNamed) {
  const LoadResult loaded = LoadConfig("/nonexistent/spillway.toml");
  ASSERT_EQ(loaded.errors.size(), 1U);
  EXPECT_TRUE(loaded.errors.front().starts_with("/nonexistent/spillway.toml: "))
      << loaded.errors.front();
}

TEST(Config, DumpReadsBackAsItself) {
  LoadResult loaded = ParseConfig(
      "[budget]\nper_message = \"1500ms\"\n[clients]\ninternal = [\"10.0.0.0/8\"]\n[log]\nlevel = "
      "\"debug\"\n",
      "c");
  const std::string dump = DumpConfig(loaded.config);
  const LoadResult again = ParseConfig(dump, "dump");
  ASSERT_TRUE(again.errors.empty()) << again.errors.front();
  EXPECT_EQ(DumpConfig(again.config), dump);
  EXPECT_NE(dump.find("per_message = \"1500ms\""), std::string::npos) << dump;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// Sections and keys of the sample as they stand in its text, so that a key that is only described
// does not count.
std::string KeysOf(const std::string& text) {
  std::string keys;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    keys += line + "\n";
  }
  return keys;
}

TEST(SampleConfig, ShowsEveryKeyWithItsDefault) {
  const std::string sample = ReadFile("conf/spillway.toml");
  ASSERT_FALSE(sample.empty()) << "run from the top of the tree";
  EXPECT_EQ(KeysOf(sample), KeysOf(DumpConfig(Config{})));
}

TEST(SampleConfig, ExplainsEverySection) {
  std::istringstream lines(ReadFile("conf/spillway.toml"));
  bool after_section = false;
  for (std::string line; std::getline(lines, line);) {
    if (after_section) {
      EXPECT_TRUE(line.starts_with("# ")) << line;
    }
    after_section = line.starts_with("[");
  }
}

}  // namespace
}  // namespace spillway
