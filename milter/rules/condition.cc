// SPDX-License-Identifier: BSD-2-Clause
// A recursive descent over words; each level of parentheses is one level of the stack, and counted.
#include "milter/rules/condition.h"

#include <array>
#include <cctype>

#include "milter/base/contains.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 11> kStates = {"pass",    "fail",   "softfail",  "neutral",
                                                      "none",    "policy", "temperror", "permerror",
                                                      "skipped", "late",   "off"};

}  // namespace

class ConditionParser {
 public:
  ConditionParser(std::string_view text, const std::vector<std::string_view>& checks,
                  Condition& out, std::string& error)
      : text_(text), checks_(checks), out_(out), error_(error) {
    Next();
  }

  void Run() {
    if (word_.empty()) return;
    Or();
    if (error_.empty() && !word_.empty()) Complain("expected \"and\" or \"or\"");
  }

 private:
  static constexpr int kMaxDepth = 50;

  void Complain(std::string_view what) {
    if (error_.empty()) error_ = "column " + std::to_string(start_ + 1) + ": " + std::string(what);
    word_ = {};
  }

  static bool IsLetter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

  // The next word or sign; empty at the end.
  void Next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
    start_ = at_;
    if (at_ == text_.size()) {
      word_ = {};
    } else if (text_[at_] == '"' || text_[at_] == '\'') {
      const size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string_view::npos) return Complain("a quote that does not end");
      word_ = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else {
      while (at_ < text_.size() && IsLetter(text_[at_])) ++at_;
      if (at_ == start_) at_ += text_.substr(at_, 2) == "!=" ? 2 : 1;
      word_ = text_.substr(start_, at_ - start_);
    }
  }

  void Add(Condition::Kind kind) { out_.steps_.push_back({kind, "", ""}); }

  void Or() {
    And();
    while (word_ == "or") {
      Next();
      And();
      Add(Condition::Kind::kOr);
    }
  }

  void And() {
    Not();
    while (word_ == "and") {
      Next();
      Not();
      Add(Condition::Kind::kAnd);
    }
  }

  void Not() {
    if (++depth_ > kMaxDepth) return Complain("too deep");
    if (word_ == "not") {
      Next();
      Not();
      Add(Condition::Kind::kNot);
    } else if (word_ == "(") {
      Next();
      Or();
      if (word_ != ")") return Complain("expected )");
      Next();
    } else {
      Comparison();
    }
    --depth_;
  }

  std::string KnownChecks() const {
    std::string out = "the name of a check that runs before the rules:";
    for (const std::string_view check : checks_) out += " " + std::string(check);
    return out;
  }

  void Comparison() {
    Condition::Step step{Condition::Kind::kIs, std::string(word_), ""};
    if (!Contains(checks_, word_)) return Complain("expected " + KnownChecks());
    Next();
    if (word_ != "=" && word_ != "!=") return Complain("expected = or !=");
    if (word_ == "!=") step.kind = Condition::Kind::kIsNot;
    Next();
    if (!Contains(kStates, word_))
      return Complain("expected a result, such as \"pass\", \"fail\", \"none\" or \"late\"");
    step.state = word_;
    Next();
    out_.steps_.push_back(std::move(step));
  }

  const std::string_view text_;
  const std::vector<std::string_view>& checks_;
  Condition& out_;
  std::string& error_;
  size_t at_ = 0;
  size_t start_ = 0;
  std::string_view word_;
  int depth_ = 0;
};

Condition Condition::Parse(std::string_view text, const std::vector<std::string_view>& checks,
                           std::string& error) {
  Condition out;
  ConditionParser(text, checks, out, error).Run();
  if (!error.empty()) out.steps_.clear();
  return out;
}

bool Condition::Holds(const Find& find) const {
  std::vector<bool> stack;
  for (const Step& step : steps_) {
    if (step.kind == Kind::kIs || step.kind == Kind::kIsNot) {
      const std::string_view found = find(step.check);
      const bool is = (found.empty() ? "off" : found) == step.state;
      stack.push_back(is == (step.kind == Kind::kIs));
      continue;
    }
    const bool last = stack.back();
    if (step.kind == Kind::kNot) {
      stack.back() = !last;
      continue;
    }
    stack.pop_back();
    stack.back() = step.kind == Kind::kAnd ? stack.back() && last : stack.back() || last;
  }
  return stack.empty() || stack.back();
}

}  // namespace spillway
