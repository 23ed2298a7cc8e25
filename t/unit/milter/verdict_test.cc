// SPDX-License-Identifier: BSD-2-Clause
#include "milter/verdict.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

HeaderDeletion Ours(unsigned index) {
  return {"Authentication-Results", index};
}

CheckReport Report(std::string_view name, State state, bool tempfail = false) {
  CheckReport report{.name = name, .tempfail_on_timeout = tempfail};
  report.result.state = state;
  report.result.methods.push_back({.method = std::string(name),
                                   .state = state,
                                   .reason = state == State::kLate ? "waiting" : ""});
  return report;
}

TEST(Verdict, OneFieldWithAllResults) {
  const Verdict verdict = Decide({Report("spf", State::kPass), Report("dkim", State::kFail)},
                                 "mx.example", {}, "QID", false);
  EXPECT_FALSE(verdict.tempfail);
  EXPECT_EQ(verdict.insertions.back().name, "Authentication-Results");
  EXPECT_EQ(verdict.insertions.back().value, "mx.example;\n\tspf=pass;\n\tdkim=fail");
}

TEST(Verdict, ForgedFieldsGoFromTheHighestIndexDown) {
  const Verdict verdict = Decide({}, "mx.example", {Ours(1), Ours(3), Ours(4)}, "QID", false);
  ASSERT_EQ(verdict.deletions.size(), 3U);
  EXPECT_EQ(verdict.deletions[0].index, 4U);
  EXPECT_EQ(verdict.deletions[1].index, 3U);
  EXPECT_EQ(verdict.deletions[2].index, 1U);
}

TEST(Verdict, LateIsNamedAndAcceptedWhereTheCheckSaysSo) {
  const Verdict verdict = Decide({Report("spf", State::kLate), Report("dkim", State::kPass)},
                                 "mx.example", {}, "QID", false);
  EXPECT_FALSE(verdict.tempfail);
  EXPECT_EQ(verdict.late, std::vector<std::string>{"spf"});
  EXPECT_NE(verdict.insertions.back().value.find("spf=temperror reason=\"late: waiting\""),
            std::string::npos);
}

TEST(Verdict, LateIsTempfailWhereTheCheckSaysSo) {
  const Verdict verdict =
      Decide({Report("spf", State::kLate, true)}, "mx.example", {Ours(1)}, "QID", false);
  EXPECT_TRUE(verdict.tempfail);
  EXPECT_EQ(verdict.reply_code, "451");
  EXPECT_EQ(verdict.enhanced_code, "4.3.0");
  EXPECT_TRUE(verdict.reply_text.starts_with("QID: "));
  EXPECT_TRUE(verdict.deletions.empty());
}

TEST(Verdict, RejectSaysWhoAndKeepsNothing) {
  CheckReport report = Report("dmarc", State::kFail);
  report.action = Wish::kReject;
  report.result.refusal = {"7.26", "the policy of the author's domain"};
  const Verdict verdict = Decide({report}, "mx.example", {Ours(1)}, "QID", false);
  EXPECT_TRUE(verdict.reject);
  EXPECT_FALSE(verdict.tempfail);
  EXPECT_EQ(verdict.reply_code, "550");
  EXPECT_EQ(verdict.enhanced_code, "5.7.26");
  EXPECT_EQ(verdict.reply_text, "QID: rejected by dmarc: the policy of the author's domain");
  EXPECT_TRUE(verdict.deletions.empty());
}

TEST(Verdict, ACertainFindingIsNotWaived) {
  CheckReport report = Report("clamd", State::kFail);
  report.action = Wish::kTempfail;
  EXPECT_TRUE(Decide({report}, "mx.example", {}, "QID", true).tempfail);
  report.result.state = State::kPolicy;
  EXPECT_TRUE(Decide({report}, "mx.example", {}, "QID", true).waived);
}

TEST(Verdict, WhatCouldNotBeScannedIsNamedAndTempfailedOnRequest) {
  CheckReport report = Report("clamd", State::kTemperror);
  report.result.unscanned = true;
  const Verdict named = Decide({report}, "mx.example", {}, "QID", false);
  EXPECT_EQ(named.unscanned, std::vector<std::string>{"clamd"});
  EXPECT_FALSE(named.tempfail);
  report.tempfail_on_down = true;
  EXPECT_TRUE(Decide({report}, "mx.example", {}, "QID", false).tempfail);
  EXPECT_TRUE(Decide({report}, "mx.example", {}, "QID", true).waived);
  report.required = true;
  EXPECT_FALSE(Decide({report}, "mx.example", {}, "QID", true).waived);
}

// What was late may have spoken for the message.
TEST(Verdict, TempfailComesBeforeReject) {
  CheckReport report = Report("dmarc", State::kFail);
  report.action = Wish::kReject;
  const Verdict verdict =
      Decide({Report("spf", State::kLate, true), report}, "mx.example", {}, "QID", false);
  EXPECT_TRUE(verdict.tempfail);
  EXPECT_FALSE(verdict.reject);
}

TEST(Verdict, QuarantineIsAnAcceptWithAReason) {
  CheckReport report = Report("dmarc", State::kFail);
  report.action = Wish::kQuarantine;
  report.result.reason = "no aligned domain passed";
  const Verdict verdict = Decide({report}, "mx.example", {}, "QID", false);
  EXPECT_FALSE(verdict.reject || verdict.tempfail);
  EXPECT_EQ(verdict.quarantine, "dmarc: no aligned domain passed");
  EXPECT_NE(verdict.insertions.back().value.find("dmarc=fail"), std::string::npos);
}

TEST(Verdict, MarkIsOneSpamFlag) {
  CheckReport report = Report("dmarc", State::kFail);
  report.action = Wish::kMark;
  for (const bool also_by_scanner : {false, true}) {
    CheckReport scanner = Report("spamd", State::kFail);
    if (also_by_scanner) scanner.result.added = {{std::string(kSpamFlag), "YES"}};
    const Verdict verdict = Decide({report, scanner}, "mx.example", {}, "QID", false);
    EXPECT_TRUE(verdict.marked);
    EXPECT_EQ(std::count_if(verdict.insertions.begin(), verdict.insertions.end(),
                            [](const AddedField& field) { return field.name == kSpamFlag; }),
              1);
    EXPECT_EQ(verdict.insertions.back().name, "Authentication-Results");
  }
}

TEST(Verdict, OnlyLateTempfails) {
  for (const State state :
       {State::kFail, State::kTemperror, State::kPermerror, State::kNone, State::kSkipped}) {
    EXPECT_FALSE(Decide({Report("spf", state, true)}, "mx.example", {}, "QID", false).tempfail);
  }
}

// A scanner, or an inspector that was taken over, must not write fields of others.
TEST(Verdict, AddedFieldsStayOneField) {
  CheckReport report = Report("rules", State::kPolicy);
  const auto written = [&](const std::string& value) {
    report.result.added = {{"X-Spillway-Rules", value}};
    return Decide({report}, "mx.example", {}, "QID", false).insertions.at(0).value;
  };
  EXPECT_EQ(written("x\nAuthentication-Results: mx.example; dkim=pass"),
            "x Authentication-Results: mx.example; dkim=pass");
  EXPECT_EQ(written("x\r\n\r\nbody"), "x? ? body");
  EXPECT_EQ(written("x\n \t\n\n y\n"), "x  \t \n y ");
  EXPECT_EQ(written(std::string("a\0b\x1b[m\x7f", 7)), "a?b?[m?");
  EXPECT_EQ(written("folded\n\tas it should be"), "folded\n\tas it should be");
}

}  // namespace
}  // namespace spillway
