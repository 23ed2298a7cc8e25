// SPDX-License-Identifier: BSD-2-Clause
// What the scanners say, as read off clamd 1.0, spamd 4.0 and rspamd 3.4, and what they should not.
#include "milter/scan/protocol.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using Kind = ScanReply::Kind;

ScanSubject Subject() {
  return {.client_address = "192.0.2.1",
          .helo = "mail.example",
          .mail_from = "a@example.org",
          .recipients = {"b@example.net", "c@example.net"},
          .queue_id = "QID",
          .our_name = "mx.example.net",
          .size = 5};
}

std::string Z(std::string text) {
  return text + '\0';
}

TEST(Clamd, StreamsInsideASession) {
  const auto clamd = MakeClamdProtocol();
  EXPECT_TRUE(clamd->streams());
  // By its first line clamd knows a mail, whatever a stranger begins with.
  const std::string first = std::string("\0\0\0\x0e", 4) + "From spillway\n";
  EXPECT_EQ(clamd->Open({}, true), Z("zIDSESSION") + Z("zINSTREAM") + first);
  EXPECT_EQ(clamd->Open({}, false), Z("zINSTREAM") + first);
  EXPECT_EQ(clamd->Frame(0x010203), std::string("\0\1\2\3", 4));
  EXPECT_EQ(clamd->Close(), std::string(4, '\0'));
}

TEST(Clamd, ReadsItsAnswers) {
  const auto clamd = MakeClamdProtocol();
  EXPECT_FALSE(clamd->ReadReply("1: stream: OK"));
  const auto clean = clamd->ReadReply(Z("1: stream: OK"));
  EXPECT_EQ(clean->kind, Kind::kClean);
  EXPECT_TRUE(clean->keep);
  EXPECT_FALSE(clamd->ReadReply(Z("stream: OK"))->keep);
  EXPECT_FALSE(clamd->ReadReply(Z("1: stream: OK") + "2")->keep);
  const auto infected = clamd->ReadReply(Z("12: stream: Win.Test.EICAR_HDB-1 FOUND"));
  EXPECT_EQ(infected->kind, Kind::kInfected);
  EXPECT_EQ(infected->what, "Win.Test.EICAR_HDB-1");
  const auto large = clamd->ReadReply(Z("INSTREAM size limit exceeded. ERROR"));
  EXPECT_EQ(large->kind, Kind::kError);
  EXPECT_FALSE(large->garbage);
  EXPECT_FALSE(large->keep);
}

TEST(Clamd, TakesNothingElseForAnAnswer) {
  const auto clamd = MakeClamdProtocol();
  for (const char* line : {"", "OK", "1: OK", "UNKNOWN COMMAND", "stream: FOUND", "x: stream: OK",
                           "HTTP/1.1 200 OK", ": stream: OK"}) {
    const auto reply = clamd->ReadReply(Z(line));
    ASSERT_TRUE(reply) << line;
    EXPECT_TRUE(reply->garbage) << line;
    EXPECT_EQ(reply->kind, Kind::kError) << line;
  }
  EXPECT_EQ(clamd->ReadPong(Z("PONG"))->kind, Kind::kClean);
  EXPECT_EQ(clamd->ReadPong(Z("COMMAND READ TIMED OUT"))->kind, Kind::kError);
}

TEST(Spamd, PutsTheClientOnTop) {
  const std::string text = MakeSpamdProtocol()->Open(Subject(), true);
  const size_t head = text.find("\r\n\r\n");
  const std::string fields = text.substr(head + 4);
  EXPECT_EQ(text.substr(0, head),
            "SYMBOLS SPAMC/1.5\r\nContent-length: " + std::to_string(fields.size() + 5));
  EXPECT_TRUE(fields.starts_with("Received: from mail.example (unknown [192.0.2.1])\r\n\tby mx."));
  EXPECT_NE(fields.find("X-Envelope-From: <a@example.org>\r\n"), std::string::npos);
}

TEST(Spamd, AStrangersHeloStaysInItsLine) {
  ScanSubject subject = Subject();
  subject.helo = "x\r\nX-Spam: no\r\n\r\n";
  const std::string text = MakeSpamdProtocol()->Open(subject, true);
  EXPECT_EQ(text.find("\nX-Spam"), std::string::npos);
  subject.helo = "t.example (t.example [127.0.0.1]) x";
  EXPECT_NE(MakeSpamdProtocol()->Open(subject, true).find("from unknown (unknown [192.0.2.1])"),
            std::string::npos);
  subject.client_address.clear();
  EXPECT_EQ(MakeSpamdProtocol()->Open(subject, true).find("127.0.0.1"), std::string::npos);
  subject.local = true;
  EXPECT_NE(MakeSpamdProtocol()->Open(subject, true).find("[127.0.0.1]"), std::string::npos);
}

TEST(Spamd, ReadsItsAnswers) {
  const auto spamd = MakeSpamdProtocol();
  const std::string head =
      "SPAMD/1.1 0 EX_OK\r\nContent-length: 15\r\nSpam: True ; 15.3 / 5.0\r\n\r\n";
  EXPECT_FALSE(spamd->ReadReply(head + "GTUBE,NO_RELAY"));
  const auto spam = spamd->ReadReply(head + "GTUBE,NO_RELAYS");
  EXPECT_EQ(spam->kind, Kind::kSpam);
  EXPECT_EQ(spam->score, 15.3);
  EXPECT_EQ(spam->threshold, 5.0);
  EXPECT_EQ(spam->symbols, (std::vector<std::string>{"GTUBE", "NO_RELAYS"}));
  EXPECT_EQ(spamd->ReadReply("SPAMD/1.1 0 EX_OK\r\nSpam: False ; -0.1 / 5.0\r\n\r\n")->kind,
            Kind::kClean);
  const auto busy = spamd->ReadReply("SPAMD/1.0 75 EX_TEMPFAIL\r\n\r\n");
  EXPECT_EQ(busy->kind, Kind::kError);
  EXPECT_FALSE(busy->garbage);
}

TEST(Spamd, TakesNothingElseForAnAnswer) {
  const auto spamd = MakeSpamdProtocol();
  for (const char* text : {"HTTP/1.1 200 OK\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\n\r\n",
                           "SPAMD/1.1 0 EX_OK\r\nSpam: True ; x / 5.0\r\n\r\n",
                           "SPAMD/1.1 0 EX_OK\r\nSpam: True / 5.0 ; 1\r\n\r\n",
                           "SPAMD/1.1 0 EX_OK\r\nContent-length: -1\r\n\r\n",
                           "SPAMD/1.1 0 EX_OK\r\nContent-length: 99999999999\r\n\r\n"}) {
    const auto reply = spamd->ReadReply(text);
    ASSERT_TRUE(reply) << text;
    EXPECT_TRUE(reply->garbage) << text;
  }
}

std::string Http(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(Rspamd, TellsTheEnvelope) {
  ScanSubject subject = Subject();
  subject.helo = "x\r\nUser: root";
  const std::string text = MakeRspamdProtocol()->Open(subject, true);
  EXPECT_TRUE(text.starts_with("POST /checkv2 HTTP/1.1\r\n"));
  EXPECT_NE(text.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_NE(text.find("Rcpt: b@example.net\r\nRcpt: c@example.net\r\n"), std::string::npos);
  EXPECT_EQ(text.find("\nUser:"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST(Rspamd, ReadsItsAnswers) {
  const auto rspamd = MakeRspamdProtocol();
  const auto spam = rspamd->ReadReply(Http(
      R"({"score":7.5,"required_score":15,"action":"add header","symbols":{"A":{"score":1}}})"));
  EXPECT_EQ(spam->kind, Kind::kSpam);
  EXPECT_EQ(spam->score, 7.5);
  EXPECT_EQ(spam->symbols, std::vector<std::string>{"A"});
  EXPECT_TRUE(spam->keep);
  EXPECT_EQ(rspamd->ReadReply(Http(R"({"action":"reject"})"))->kind, Kind::kReject);
  EXPECT_EQ(rspamd->ReadReply(Http(R"({"action":"soft reject"})"))->kind, Kind::kDefer);
  EXPECT_EQ(rspamd->ReadReply(Http(R"({"action":"no action"})"))->kind, Kind::kClean);
  EXPECT_EQ(rspamd->ReadReply(Http(R"({"action":"our own"})"))->kind, Kind::kSpam);
  EXPECT_FALSE(rspamd->ReadReply(Http(R"({"action":"no action"})", "Connection: close\r\n"))->keep);
  EXPECT_EQ(rspamd->ReadReply("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")->kind,
            Kind::kError);
}

TEST(Rspamd, TakesNothingElseForAnAnswer) {
  const auto rspamd = MakeRspamdProtocol();
  for (const std::string& text :
       {Http(""), Http("{"), Http("[]"), Http("{}"), Http(R"({"action":""})"),
        Http(std::string(100000, '[')), Http("{\"a\":" + std::string(1000, '{')),
        std::string("SPAMD/1.1 0 EX_OK\r\n\r\n")}) {
    const auto reply = rspamd->ReadReply(text);
    ASSERT_TRUE(reply) << text.substr(0, 100);
    EXPECT_TRUE(reply->garbage) << text.substr(0, 100);
  }
  EXPECT_FALSE(rspamd->ReadReply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"a"));
}

}  // namespace
}  // namespace spillway
