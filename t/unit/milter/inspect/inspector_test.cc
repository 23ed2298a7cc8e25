// SPDX-License-Identifier: BSD-2-Clause
// With the real spillway-inspector, in its sandbox.
#include "milter/inspect/inspector.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "t/rig/test_log.h"

namespace spillway {
namespace {

// The sanitizers' own memory and calls do not fit into the sandbox.
constexpr const char* kProgram = "build/release/spillway-inspector";

std::vector<pid_t> Children() {
  std::vector<pid_t> out;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) out.push_back(child);
  }
  return out;
}

void WaitUntilDead(pid_t child) {
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
}

class InspectorTest : public ::testing::Test {
 protected:
  static InspectorOrders Limits() {
    return {.memory = 32 << 20, .max_size = 16 << 20, .processor = std::chrono::seconds(1)};
  }
  std::unique_ptr<Inspector> Make(const InspectorOrders& orders = Limits(),
                                  const std::string& program = kProgram) {
    return std::make_unique<Inspector>(
        Inspector::Options{.program = program, .processes = 1, .orders = orders}, clock_, log_);
  }
  static Content::Piece Piece(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
  }
  InspectionOutcome Look(Inspector& inspector, std::vector<Content::Piece> message) {
    const auto inspecting =
        inspector.Begin(std::move(message), "a client", std::make_shared<MessageCost>());
    Waited waited;
    const InspectionOutcome* outcome =
        inspecting->Wait(Deadline(clock_.Now() + std::chrono::seconds(60)), waited);
    return outcome == nullptr ? InspectionOutcome{.found = {}, .down = "late"} : *outcome;
  }

  SystemClock clock_;
  TestLog log_;
};

TEST_F(InspectorTest, FindsWhatThereIs) {
  const auto inspector = Make();
  for (int i = 0; i < 3; ++i) {
    const auto outcome = Look(*inspector, {Piece("Content-Type: x/y; name=a.exe\r\n\r\n"),
                                           Piece(std::string("MZ\x90\0", 4))});
    EXPECT_EQ(outcome.down, "");
    ASSERT_EQ(outcome.found.parts.size(), 1U);
    EXPECT_EQ(outcome.found.parts[0].found_type, "application/x-dosexec");
    EXPECT_EQ(outcome.found.parts[0].names, std::vector<std::string>{"a.exe"});
  }
}

// Of a machine without memory, say: no message's doing.
TEST_F(InspectorTest, ProcessesThatHaveEndedAreReplaced) {
  const auto inspector = Make();
  EXPECT_EQ(Look(*inspector, {Piece("\r\nx")}).found.unreadable, "");
  for (const pid_t child : Children()) kill(child, SIGKILL);
  for (const pid_t child : Children()) WaitUntilDead(child);
  EXPECT_EQ(Look(*inspector, {Piece("\r\nx")}).found.unreadable, "");
  EXPECT_EQ(log_.lines().size(), 0U);
}

TEST_F(InspectorTest, LargeMessage) {
  const auto inspector = Make();
  std::vector<Content::Piece> message{Piece("Subject: x\r\n\r\n")};
  for (int i = 0; i < 160; ++i) message.push_back(Piece(std::string(65535, 'a')));
  const auto outcome = Look(*inspector, std::move(message));
  ASSERT_EQ(outcome.found.parts.size(), 1U);
  EXPECT_EQ(outcome.found.parts[0].size, 160U * 65535U);
}

TEST_F(InspectorTest, MemoryIsBounded) {
  const auto inspector =
      Make({.memory = 1 << 20, .max_size = 16 << 20, .processor = std::chrono::seconds(1)});
  const auto outcome = Look(*inspector, {Piece("\r\n" + std::string(4 << 20, 'a'))});
  EXPECT_EQ(outcome.down, "");
  EXPECT_NE(outcome.found.unreadable, "");
  // The next one is another's.
  EXPECT_EQ(Look(*inspector, {Piece("\r\nsmall")}).found.unreadable, "");
}

TEST_F(InspectorTest, TimeIsBounded) {
  const auto inspector =
      Make({.memory = 1U << 30U, .max_size = 16 << 20, .processor = std::chrono::milliseconds(20)});
  std::string text = "Content-Type: multipart/mixed; boundary=a\r\n\r\n";
  for (int i = 0; i < 4900; ++i) text += "--a\r\n\r\nx\r\n";
  EXPECT_EQ(Look(*inspector, {Piece(text)}).found.unreadable, kTooLong);
  EXPECT_EQ(Look(*inspector, {Piece("\r\nsmall")}).found.unreadable, "");
}

TEST_F(InspectorTest, NotThere) {
  const auto inspector = Make(Limits(), "build/release/no-such-inspector");
  const auto outcome = Look(*inspector, {Piece("\r\nx")});
  EXPECT_NE(outcome.down.find("no-such-inspector"), std::string::npos) << outcome.down;
  ASSERT_EQ(log_.lines().size(), 1U);
  EXPECT_NE(log_.lines()[0].find("no-such-inspector"), std::string::npos);
}

TEST_F(InspectorTest, NotOne) {
  const auto inspector = Make(Limits(), "/bin/true");
  EXPECT_NE(Look(*inspector, {Piece("\r\nx")}).down.find("does not start"), std::string::npos);
}

}  // namespace
}  // namespace spillway
