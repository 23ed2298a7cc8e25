// SPDX-License-Identifier: BSD-2-Clause
#include "milter/generation.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "conf/config_error.h"
#include "milter/auth/private_key.h"
#include "t/rig/temp_dir.h"
#include "t/rig/test_log.h"

namespace spillway {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// What -t says: everything that is made at the start is made here.
class GenerationTest : public testing::Test {
 protected:
  GenerationTest() {
    WriteKey("key", PrivateKey::Generate(PrivateKey::Kind::kEd25519, 0).Pem(), 0600);
    dir_.Write("table", "a.example a.example s " + (dir_ / "key") + "\n");
  }
  void WriteKey(const std::string& name, const std::string& text, unsigned mode) {
    dir_.Write(name, text);
    std::filesystem::permissions(dir_ / name, std::filesystem::perms(mode));
  }
  std::string Signing() const {
    return "[sign]\nenabled = true\ntable = \"" + (dir_ / "table") + "\"\n";
  }
  // What is wrong with a configuration file of this text, "FILE" for the directory of the test.
  std::vector<std::string> ErrorsOf(const std::string& text) {
    dir_.Write("conf", text);
    const LoadResult loaded = LoadConfig(dir_ / "conf");
    if (!loaded.errors.empty()) return loaded.errors;
    try {
      const Generation generation(loaded.config, log_, clock_);
    } catch (const ConfigError& error) {
      return error.errors();
    }
    return {};
  }

  TempDir dir_;
  TestLog log_;
  SystemClock clock_;
};

TEST_F(GenerationTest, GoodIsGood) {
  EXPECT_THAT(ErrorsOf(Signing()), ElementsAre());
}

TEST_F(GenerationTest, AMissingKeyHasItsPlace) {
  dir_.Write("table", "# who\na.example a.example s /nonexistent/key\n");
  EXPECT_THAT(ErrorsOf(Signing()),
              ElementsAre(AllOf(StartsWith(dir_ / "table:2: "), HasSubstr("/nonexistent/key"))));
}

TEST_F(GenerationTest, AKeyThatIsGarbageHasItsPlace) {
  WriteKey("key", "garbage", 0600);
  EXPECT_THAT(ErrorsOf(Signing()),
              ElementsAre(AllOf(StartsWith(dir_ / "table:1: "), HasSubstr(dir_ / "key"))));
}

TEST_F(GenerationTest, AKeyThatAllCanReadHasItsPlace) {
  WriteKey("key", dir_.Read("key"), 0644);
  EXPECT_THAT(ErrorsOf(Signing()),
              ElementsAre(AllOf(StartsWith(dir_ / "table:1: "), HasSubstr("open to everybody"))));
}

TEST_F(GenerationTest, AMissingSealKeyHasItsPlace) {
  EXPECT_THAT(
      ErrorsOf("[seal]\nenabled = true\ndomain = \"a.example\"\nselector = \"s\"\n"
               "key_file = \"/nonexistent/seal.pem\"\n"),
      ElementsAre(AllOf(StartsWith(dir_ / "conf:5:12: "), HasSubstr("/nonexistent/seal.pem"))));
}

TEST_F(GenerationTest, ABadRulesFileHasItsPlace) {
  dir_.Write("rules", "[[rule]]\nname = \"a\"\nbody = ['(']\n");
  EXPECT_THAT(ErrorsOf("[rules]\nenabled = true\nfile = \"" + (dir_ / "rules") + "\"\n"),
              ElementsAre(StartsWith(dir_ / "rules:3:9: ")));
  EXPECT_THAT(ErrorsOf("[rules]\nenabled = true\nfile = \"/nonexistent\"\n"),
              ElementsAre(StartsWith(dir_ / "conf:3:8: /nonexistent: cannot be read")));
}

TEST_F(GenerationTest, AMissingInspectorHasItsPlace) {
  EXPECT_THAT(
      ErrorsOf("[attachments]\nenabled = true\n[inspector]\nprogram = \"/nonexistent/x\"\n"),
      ElementsAre(AllOf(StartsWith(dir_ / "conf:4:11: "), HasSubstr("/nonexistent/x"))));
}

TEST_F(GenerationTest, ABadRowOfTheTableHasItsPlace) {
  dir_.Write("table", "a.example a.example s " + (dir_ / "key") + "\nb.example -bad- s /k\n");
  EXPECT_THAT(ErrorsOf(Signing()), ElementsAre(StartsWith(dir_ / "table:2:11: ")));
}

TEST_F(GenerationTest, AllThatIsWrongIsSaidAtOnce) {
  WriteKey("key", "garbage", 0600);
  EXPECT_THAT(ErrorsOf(Signing() + "[rules]\nenabled = true\nfile = \"/nonexistent\"\n"),
              ElementsAre(HasSubstr("/nonexistent"), HasSubstr("table:1: ")));
}

TEST_F(GenerationTest, AConnectionKeepsTheOneItBeganWith) {
  const auto make = [this](const char* id) {
    Config config;
    config.milter.authserv_id = id;
    return std::make_shared<const Generation>(config, log_, clock_);
  };
  CurrentGeneration current(make("old"));
  const GenerationPtr held = current.Get();
  current.Swap(make("new"));
  EXPECT_EQ(held->config().milter.authserv_id, "old");
  EXPECT_EQ(current.Get()->config().milter.authserv_id, "new");
}

}  // namespace
}  // namespace spillway
