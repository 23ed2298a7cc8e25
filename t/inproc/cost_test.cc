// SPDX-License-Identifier: BSD-2-Clause
// The law of costs: in no process does a message of 100 KB cost more than 100 ms of processor time,
// nor one of 1 MB more than 300 ms. Each construct grows: what is worse than linear shows.
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>

#include "milter/check/attachment_policy.h"
#include "t/inproc/daemon.h"
#include "t/rig/instrumented.h"

namespace spillway {
namespace {

using std::chrono::milliseconds;

constexpr size_t kSmall = 100000;
constexpr size_t kLarge = 1000000;
constexpr double kSlack = 1.5;  // for neighbours that share the core's caches
constexpr double kSmallMs = 100 * kSlack;
constexpr double kLargeMs = 300 * kSlack;

// What repeats, and where: from the field `field` on, or, without one, in a part of `type`.
struct Construct {
  std::string_view name, field, type, before, unit;
};

constexpr std::string_view kText = "text/plain";
constexpr std::string_view kHtml = "text/html";
constexpr std::string_view kMixed = "multipart/mixed; boundary=b";
constexpr std::string_view kInner = "message/rfc822";
constexpr std::string_view kFile = "application/octet-stream";

constexpr Construct kConstructs[] = {
    {"fields", "X-A", "", "", ""},
    {"long field", "X-Long", "", "", "a"},
    {"folds", "X-Folded", "", "", "\n a"},
    {"recipients", "To", "", "", "a <b@c.example>,\n "},
    {"authors", "From", "", "", "a <b@c.example>,\n "},
    {"author's comments", "From", "", "", "("},
    {"author's quotes", "From", "", "", "\"\\"},
    {"author's ats", "From", "", "", "a@"},
    {"encoded words", "Subject", "", "", "=?utf-8?q?=C3=BC?= "},
    {"broken words", "Subject", "", "", "=?utf-8?B?====?= =?x?Q?="},
    {"received", "Received", "", "", "from a by b; "},
    {"tags", "DKIM-Signature", "", "v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=AAAA",
     "; ta=b"},
    {"signed names", "DKIM-Signature", "",
     "v=1; a=rsa-sha256; d=a.example; s=s; bh=AAAA; b=AAAA; h=from", ":from"},
    {"a long signature", "DKIM-Signature", "",
     "v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=", "AAAA"},
    {"seals", "ARC-Seal", "", "i=1; a=rsa-sha256; cv=none; d=a.example; s=s; b=", "AAAA"},
    {"results", "Authentication-Results", "", "a.example", "; spf=pass smtp.mailfrom=a"},
    {"comments of results", "Authentication-Results", "", "", "("},
    {"dots of results", "Authentication-Results", "", "", " . m"},
    {"parameters", "Content-Type", "", "text/plain", ";\n a=b"},
    {"other parameters", "Content-Type", "", "text/plain", ";\n a%=b"},
    {"file names", "Content-Disposition", "", "attachment", ";\n filename=a"},
    {"pieces of a name", "Content-Disposition", "", "attachment", ";\n filename*%*=a"},
    {"text", "", kText, "", "some words of a text and others\r\n"},
    {"lines", "", kText, "", "\r\n"},
    {"nuls", "", kText, "", "\0"},
    {"octets", "", kFile, "", "\x01\x80\xff\x7f\x10\xfe\x03\xc0\xaf"},
    {"begins of hosts", "", kText, "", "-www."},
    {"foreign begins", "", kText, "", "\xc3\xa9.www."},
    {"hosts", "", kText, "", "http://a%.example/ "},
    {"users", "", kText, "http://", "a@"},
    {"schemes", "", kText, "", "http://"},
    {"percents", "", kText, "http://", "%41"},
    {"uuencoded", "", kText, "", "begin 644 a.exe\r\n"},
    {"lines of uuencode", "", kText, "begin 644 a\r\n", "#0V%T\r\n"},
    {"comments of html", "", kHtml, "", "<!---->"},
    {"other ends of comments", "", kHtml, "", "<!----!>"},
    {"ampersands of a title", "", kHtml, "<textarea>", "&"},
    {"open comments", "", kHtml, "", "<!--"},
    {"conditions", "", kHtml, "", "<!--[if x]>"},
    {"tags of html", "", kHtml, "", "<b>"},
    {"open tags", "", kHtml, "", "<a "},
    {"attributes", "", kHtml, "<a", " href='http://a.example/%'"},
    {"many attributes", "", kHtml, "<a", " a%=b"},
    {"open attributes", "", kHtml, "", "<a href='"},
    {"entities", "", kHtml, "", "&period;"},
    {"ampersands", "", kHtml, "", "&"},
    {"names", "", kHtml, "", "&a"},
    {"numbers", "", kHtml, "", "&#1"},
    {"unknown tags", "", kHtml, "", "<zz>"},
    {"stray ends", "", kHtml, "", "</p>"},
    {"empty values", "", kHtml, "", "<a b=>"},
    {"scripts", "", kHtml, "", "<script>"},
    {"titles", "", kHtml, "", "<title><"},
    {"tables", "", kHtml, "", "<table><tr><td>"},
    {"declarations", "", kHtml, "", "<!DOCTYPE "},
    {"instructions", "", kHtml, "", "<?x"},
    {"cdata", "", kHtml, "", "<![CDATA["},
    {"parts", "", kMixed, "", "--b\r\n\r\nx\r\n"},
    {"boundaries", "", kMixed, "", "--b\r\n"},
    {"ends", "", kMixed, "", "--b--\r\n"},
    {"dashes", "", kMixed, "", "--\r\n"},
    {"inner fields", "", kInner, "", "X-A%: b\r\n"},
    {"same inner fields", "", kInner, "", "X-A: b\r\n"},
    {"short inner fields", "", kInner, "", "A:\r\n"},
    {"inner messages", "", kInner, "", "Content-Type: message/rfc822\r\n\r\n"},
    {"inner parameters", "", kInner, "Content-Type: text/plain", ";\r\n a%=b"},
    {"inner names", "", kInner, "Content-Disposition: attachment", ";\r\n filename*%*=a"},
    {"inner recipients", "", kInner, "To: a@b.example", ",\r\n a@b.example"},
    {"inner dates", "", kInner, "Date: ", "1 "},
    {"half a base64", "base64", kFile, "", "TVo=\r\n"},
    {"quoted", "quoted-printable", kText, "", "=\r\n"},
};

// `octets` of the units; "%" in one is its number.
std::string Grown(std::string_view unit, size_t octets) {
  if (unit.empty()) unit = std::string_view("\0", 1);
  const size_t number = unit.find('%');
  std::string out;
  for (size_t i = 0; out.size() < octets; ++i) {
    out += unit.substr(0, number);
    if (number != std::string_view::npos && unit.substr(number, 3) != "%41")
      out += std::to_string(i) + std::string(unit.substr(number + 1));
    else if (number != std::string_view::npos)
      out += unit.substr(number);
  }
  return out;
}

MilterMail MailOf(const Construct& construct, size_t octets) {
  MilterMail mail;
  const bool encoding = construct.field == "base64" || construct.field == "quoted-printable";
  if (construct.field != "From") mail.headers = {{"From", " Eve <eve@example.org>"}};
  if (construct.name == "fields") {
    mail.headers.resize(octets / 8, {"X-A", " b"});
  } else if (construct.type.empty()) {
    // As much as the filter takes in one field.
    const std::string value = " " + std::string(construct.before) + Grown(construct.unit, octets);
    mail.headers.emplace_back(construct.field, value);
    mail.body = "x\r\n";
  } else {
    mail.headers.emplace_back("Content-Type", " " + std::string(construct.type));
    if (encoding)
      mail.headers.emplace_back("Content-Transfer-Encoding", " " + std::string(construct.field));
    mail.body = std::string(construct.before) + Grown(construct.unit, octets);
  }
  return mail;
}

// Ordinary ones, with what matches halfway in most texts.
constexpr std::string_view kRules = R"(
[[rule]]
name = "a"
header = ["*: gift.{0,60}card", "Subject: (a+)+b"]
[[rule]]
name = "b"
body = ["a.{0,60}zz", "w.{0,80}yy", "(x|b).{0,100}qq", "http.{0,60}vv", "(a|b|c)+d$", "words"]
)";

void Configure(Config& config) {
  static const TempDir dir;
  dir.Write("rules", std::string(kRules));
  const auto errors = ReadConfig(
      "[attachments]\nenabled = true\n[content]\nshadow = false\n"
      "[inspector]\nprocesses = 1\nprocessor_time = \"9s\"\n"
      "[rules]\nenabled = true\nfile = \"" +
          (dir / "rules") + "\"",
      "test", config);
  if (!errors.empty()) throw std::runtime_error(errors.front());
  config.inspector.program = std::filesystem::absolute("build/release/spillway-inspector");
}

double ProcessorMs(pid_t pid) {
  clockid_t clock{};
  timespec now{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &now) != 0) return 0;
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

class CostTest : public ::testing::Test {
 protected:
  // Of one message, in the process that it costs most: milliseconds of a core.
  double Cost(const Construct& construct, size_t octets) {
    MilterClient client = daemon_.Negotiated();
    const MilterMail mail = MailOf(construct, octets);
    std::map<pid_t, double> before;
    for (const pid_t pid : Processes()) before[pid] = ProcessorMs(pid);
    client.SendUntilEnd(mail);
    EXPECT_NE(client.EndOfMessage("Q").command, 0) << construct.name << "\n" << daemon_.log();
    double most = 0;
    for (const pid_t pid : Processes()) most = std::max(most, ProcessorMs(pid) - before[pid]);
    return most;
  }

  // A machine that does something else makes work dearer, so the cheapest of some tries counts.
  void Expect(const Construct& construct, size_t octets, double most) {
    double cost = Cost(construct, octets);
    for (int again = 0; again < 3 && cost > most; ++again)
      cost = std::min(cost, Cost(construct, octets));
    EXPECT_LT(cost, most) << construct.name << ", " << octets << " octets";
  }

 private:
  std::vector<pid_t> Processes() const {
    std::vector<pid_t> out = Children(daemon_.pid());
    out.push_back(daemon_.pid());
    return out;
  }

  const Daemon daemon_{{.budget = std::chrono::seconds(20),
                        .dns_timeout = milliseconds(200),
                        .configure = Configure}};
};

TEST_F(CostTest, NothingIsDearerThanTheLawAllows) {
  if (kInstrumented) GTEST_SKIP() << "dearer by what it looks for";
  Cost({"warm", "", kText, "", "warm\r\n"}, kSmall);
  for (const Construct& construct : kConstructs) {
    Expect(construct, kSmall, kSmallMs);
    Expect(construct, kLarge, kLargeMs);
  }
}

}  // namespace
}  // namespace spillway
