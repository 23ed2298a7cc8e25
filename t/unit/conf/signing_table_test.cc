// SPDX-License-Identifier: BSD-2-Clause
#include "conf/signing_table.h"

#include <gmock/gmock.h>

#include "conf/config.h"
#include "milter/check/signing_keys.h"
#include "t/rig/temp_dir.h"

namespace spillway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SigningTableTest, ReadsRowsOfEachKind) {
  const SigningTable table = ParseSigningTable(
      "# who  domain  selector  key\n"
      "\n"
      "Example.ORG\tExample.org s2026 /k/a.pem # comment\n"
      "user:news*  example.net  n1._x  /k/b.pem\r\n"
      "class:internal example.org s /k/c.pem",
      "t");
  EXPECT_THAT(table.errors, IsEmpty());
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0].pattern, "example.org");
  EXPECT_EQ(table.rows[0].domain, "example.org");
  EXPECT_EQ(table.rows[0].place, "t:3");
  EXPECT_EQ(table.rows[1].kind, SigningRow::Kind::kUser);
  EXPECT_EQ(table.rows[1].pattern, "news*");
  EXPECT_EQ(table.rows[1].key_file, "/k/b.pem");
  EXPECT_EQ(table.rows[2].kind, SigningRow::Kind::kClass);
}

TEST(SigningTableTest, SaysAllThatIsWrongWithItsPlace) {
  const SigningTable table = ParseSigningTable(
      "example.org example.org s\n"
      "class:external example.org s /k\n"
      "a@example.org example.org s /k\n"
      "  example.org  exämple.org  s /k\n"
      "example.org example.org a..b /k\n"
      "example.org example.org s k.pem\n",
      "t");
  EXPECT_THAT(
      table.errors,
      ElementsAre("t:1:25: 3 columns, expected four: who, domain, selector, key file",
                  testing::StartsWith("t:2:1: \"class:external\", expected a domain such as"),
                  testing::StartsWith("t:3:1: \"a@example.org\", expected a domain"),
                  "t:4:16: \"exämple.org\", expected a domain in ASCII (A-labels)",
                  "t:5:25: \"a..b\", expected a selector such as \"s2026\"",
                  "t:6:27: \"k.pem\", expected an absolute path"));
  EXPECT_THAT(table.rows, IsEmpty());
}

TEST(SigningTableTest, GlobsMatchWholeNames) {
  const auto matches = [](const char* who, const char* text) {
    return ParseSigningTable(std::string(who) + " d.example s /k", "t").rows.at(0).Matches(text);
  };
  EXPECT_TRUE(matches("*.example.org", "a.b.example.org"));
  EXPECT_FALSE(matches("*.example.org", "example.org"));
  EXPECT_FALSE(matches("example.org", "evilexample.org"));
  EXPECT_TRUE(matches("user:*@example.org", "ann@example.org"));
  EXPECT_TRUE(matches("*", "any.example"));
}

TEST(SigningTableTest, IsReadWithTheConfiguration) {
  const TempDir dir;
  dir.Write("table", "example.org example.org s /k\nbad\n");
  SignOptions options;
  options.table = dir / "table";
  const SigningTable table = options.ReadTable({});
  EXPECT_THAT(table.errors,
              ElementsAre(dir / "table" +
                          ":2:1: 1 columns, expected four: who, domain, selector, key file"));
  EXPECT_EQ(table.rows.size(), 1U);
  const auto loaded = ParseConfig("[sign]\ntable = \"/nonexistent\"\n", "c.toml");
  EXPECT_THAT(loaded.config.checks.Of<SignOptions>().ReadTable(loaded.config).errors,
              ElementsAre(testing::StartsWith("c.toml:2:9: /nonexistent: cannot be read")));
  dir.Write("conf", "[seal]\nenabled = true\ndomain = \"example.org\"\n");
  EXPECT_THAT(LoadConfig(dir / "conf").errors,
              ElementsAre(testing::HasSubstr("needs domain, selector and key_file")));
}

}  // namespace
}  // namespace spillway
