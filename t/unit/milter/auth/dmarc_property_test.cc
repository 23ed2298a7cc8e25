// SPDX-License-Identifier: BSD-2-Clause
// DMARC on random trees of records: the engine beside the oracle, with one answer missing, and
// asked in rounds.
#include <gtest/gtest.h>

#include <random>

#include "milter/auth/dmarc_eval.h"
#include "t/rig/dmarc_oracle.h"

namespace spillway {
namespace {

using Texts = std::vector<std::string>;

// An author, what was authenticated, and what the DNS says.
struct World {
  std::string author;
  std::vector<DmarcIdentifier> identifiers;
  OracleWorld dns;
};

class RandomWorlds {
 public:
  World Next() {
    World world;
    world.author = Below("", Draw(3) == 0 ? 2 + Draw(9) : 2 + Draw(3));
    for (size_t count = Draw(3); count > 0; --count) {
      const State state = Draw(3) == 0 ? State::kFail : State::kPass;
      world.identifiers.push_back({Draw(2) == 0, state, Relative(world.author)});
    }
    Publish(world, world.author);
    for (const DmarcIdentifier& identifier : world.identifiers) Publish(world, identifier.domain);
    if (Draw(2) == 0) world.dns.existing.insert(world.author);
    return world;
  }

  std::string Record() {
    std::string out = Pick({"v=DMARC1", "V=DMARC1", "v = DMARC1 ", "v=DMARC1"});
    for (const char* tag : {"p", "p", "sp", "np"}) {
      if (Draw(2) == 0)
        out += "; " + std::string(tag) + "=" +
               Pick({"none", "quarantine", "reject", "Reject", "x", ""});
    }
    if (Draw(3) == 0) out += "; adkim=" + Pick({"s", "r", "S", "x"});
    if (Draw(3) == 0) out += ";aspf= " + Pick({"s", "r", "S", "x"});
    if (Draw(3) == 0) out += "; t=" + Pick({"y", "n", "Y"});
    if (Draw(2) == 0) out += "; psd=" + Pick({"y", "n", "u", "Y", "N", "x"});
    if (Draw(3) == 0) out += "; rua=" + Pick({"mailto:a@b.example", "a@b.example", ":x, mailto:y"});
    return out;
  }

 private:
  size_t Draw(size_t below) { return random_() % below; }
  std::string Pick(const Texts& from) { return from[Draw(from.size())]; }

  // Few labels, so that names meet.
  std::string Below(std::string name, size_t labels) {
    for (; labels > 0; --labels) name = Pick({"a", "b"}) + (name.empty() ? "" : "." + name);
    return name;
  }

  // A name above, below or beside.
  std::string Relative(const std::string& author) {
    std::string name = author;
    for (size_t up = Draw(3); up > 0 && name.find('.') != std::string::npos; --up)
      name.erase(0, name.find('.') + 1);
    return Below(name, Draw(3));
  }

  void Publish(World& world, std::string name) {
    while (!name.empty()) {
      if (Draw(3) == 0) world.dns.texts[name] = {Record()};
      if (Draw(12) == 0) world.dns.texts[name] = {Record(), "v=spf1 -all", Record()};
      if (Draw(12) == 0)
        world.dns.texts[name] = {Pick({"v=dmarc1; p=reject", "p=reject", "DMARC1"})};
      const size_t dot = name.find('.');
      name = dot == std::string::npos ? "" : name.substr(dot + 1);
    }
  }

  std::mt19937 random_{20260501};
};

DnsAnswerPtr AnswerOf(const OracleWorld& dns, const DnsQuestion& question) {
  constexpr std::string_view kPrefix = "_dmarc.";
  DnsAnswer answer{.status = DnsStatus::kNxdomain};
  if (question.type != RrType::kTxt) {
    if (dns.existing.contains(question.name)) answer.status = DnsStatus::kNoData;
  } else if (const auto found = dns.texts.find(question.name.substr(kPrefix.size()));
             found != dns.texts.end()) {
    answer = {.status = DnsStatus::kOk, .texts = found->second};
  }
  return std::make_shared<const DnsAnswer>(answer);
}

DnsFind FindIn(const OracleWorld& dns) {
  return [&dns](const DnsQuestion& question) { return AnswerOf(dns, question); };
}

// With one answer put in the place of another.
DnsFind With(DnsFind find, const DnsQuestion& question, const DnsAnswer& answer) {
  return [find = std::move(find), question, ptr = std::make_shared<const DnsAnswer>(answer)](
             const DnsQuestion& asked) { return asked == question ? ptr : find(asked); };
}

// What matters of an outcome: the policy only of a fail.
std::string Word(const DmarcOutcome& outcome) {
  std::string word(StateName(outcome.state));
  if (outcome.state == State::kFail) word += "/" + std::string(DmarcPolicyName(outcome.policy));
  return word;
}

std::string Describe(const World& world) {
  std::string out = world.author + ", authenticated:";
  for (const DmarcIdentifier& one : world.identifiers)
    out += (one.spf ? " spf:" : " dkim:") + one.domain + "=" + std::string(StateName(one.state));
  for (const auto& [name, texts] : world.dns.texts) {
    for (const std::string& text : texts) out += "\n  " + name + " \"" + text + "\"";
  }
  return out + (world.dns.existing.empty() ? "" : "\n  the author's domain exists");
}

std::vector<std::string> Domains(const World& world) {
  std::vector<std::string> domains;
  for (const DmarcIdentifier& identifier : world.identifiers) domains.push_back(identifier.domain);
  return domains;
}

// All that can be asked for.
std::set<DnsQuestion> Questions(const World& world) {
  std::set<DnsQuestion> all = {
      {world.author, RrType::kA}, {world.author, RrType::kAaaa}, {world.author, RrType::kMx}};
  std::vector<std::string> starts = Domains(world);
  starts.push_back(world.author);
  for (const std::string& start : starts) {
    for (const std::string& name : WalkNames(start)) all.insert(DmarcQuestion(name));
  }
  return all;
}

// As the check asks: all questions of a round at once, until there are none.
DmarcOutcome InRounds(const World& world, const DnsFind& dns) {
  std::map<DnsQuestion, DnsAnswerPtr> known;
  const DnsFind find = [&](const DnsQuestion& question) {
    const auto it = known.find(question);
    return it == known.end() ? nullptr : it->second;
  };
  for (int round = 0; round < 4; ++round) {
    auto questions = PolicyQuestions(world.author, find);
    if (questions.empty()) questions = AlignmentQuestions(world.author, Domains(world), find);
    for (const DnsQuestion& question : questions) known[question] = dns(question);
  }
  EXPECT_TRUE(PolicyQuestions(world.author, find).empty());
  return EvaluateDmarc(world.author, world.identifiers, find);
}

std::vector<DnsAnswer> PossibleAnswersTo(const DnsQuestion& question, RandomWorlds& random) {
  std::vector<DnsAnswer> all = {{.status = DnsStatus::kNxdomain}, {.status = DnsStatus::kNoData}};
  if (question.type != RrType::kTxt) return all;
  for (const char* policy : {"p=none", "p=reject", "p=x"}) {
    for (const char* more : {"", "; psd=n", "; psd=y", "; adkim=s", "; aspf=s"}) {
      const std::string text = "v=DMARC1; " + std::string(policy) + more;
      all.push_back({.status = DnsStatus::kOk, .texts = {text}});
    }
  }
  all.push_back({.status = DnsStatus::kOk, .texts = {"v=DMARC1; p=none", "v=DMARC1; p=none"}});
  for (int i = 0; i < 5; ++i) all.push_back({.status = DnsStatus::kOk, .texts = {random.Record()}});
  return all;
}

TEST(DmarcProperties, TheOracleSaysTheSame) {
  RandomWorlds random;
  std::map<std::string, int> seen;
  for (int i = 0; i < 5000; ++i) {
    const World world = random.Next();
    std::vector<OracleIdentifier> identifiers;
    for (const DmarcIdentifier& one : world.identifiers)
      identifiers.push_back({one.spf, one.state == State::kPass, one.domain});
    const DmarcOutcome ours = EvaluateDmarc(world.author, world.identifiers, FindIn(world.dns));
    const std::string state(StateName(ours.state));
    const std::string policy(ours.state == State::kNone ? "" : DmarcPolicyName(ours.policy));
    const OracleResult here{state, policy, ours.organization};
    ASSERT_EQ(here, DmarcOracle(world.author, identifiers, world.dns))
        << Describe(world) << "\nhere: " << state << " " << policy << " " << ours.organization;
    ++seen[state];
  }
  EXPECT_GT(seen["pass"], 500);
  EXPECT_GT(seen["fail"], 500);
  EXPECT_GT(seen["none"], 500);
}

// It is a temporary error where possible answers lead to different ends, and only there.
TEST(DmarcProperties, AMissingAnswerIsAnErrorWhereItDecides) {
  RandomWorlds random;
  std::map<bool, int> errors;
  for (int i = 0; i < 300; ++i) {
    const World world = random.Next();
    for (const DnsQuestion& question : Questions(world)) {
      const auto outcome = [&](const DnsAnswer& answer) {
        return Word(EvaluateDmarc(world.author, world.identifiers,
                                  With(FindIn(world.dns), question, answer)));
      };
      std::set<std::string> ends;
      for (const DnsAnswer& answer : PossibleAnswersTo(question, random))
        ends.insert(outcome(answer));
      const std::string expected = ends.size() == 1 ? *ends.begin() : "temperror";
      ASSERT_EQ(outcome({.status = DnsStatus::kTimeout}), expected)
          << Describe(world) << "\nno answer for " << question.name << "/"
          << RrTypeName(question.type) << ", possible ends: " << ends.size();
      ++errors[ends.size() > 1];
    }
  }
  EXPECT_GT(errors[true], 200);
  EXPECT_GT(errors[false], 200);
}

TEST(DmarcProperties, RoundsMakeNoDifference) {
  RandomWorlds random;
  for (int i = 0; i < 1000; ++i) {
    const World world = random.Next();
    DnsFind find = FindIn(world.dns);
    for (const DnsQuestion& question : Questions(world)) {
      ASSERT_EQ(Word(InRounds(world, find)),
                Word(EvaluateDmarc(world.author, world.identifiers, find)))
          << Describe(world);
      find = With(FindIn(world.dns), question, {.status = DnsStatus::kServfail});
    }
  }
}

}  // namespace
}  // namespace spillway
