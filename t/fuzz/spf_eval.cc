// SPDX-License-Identifier: BSD-2-Clause
// SPF through libspf2. The lines of the input are the records of the domains in the order in which
// they are asked for; all other answers follow from the question.
#include "milter/auth/spf_eval.h"

#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

class Records final : public SpfAnswers {
 public:
  explicit Records(std::string_view rest) : rest_(rest) {}

  DnsAnswerPtr Find(const DnsQuestion& question) override {
    DnsAnswerPtr& known = answers_[question];
    if (!known) known = std::make_shared<const DnsAnswer>(AnswerTo(question));
    return known;
  }

 private:
  DnsAnswer AnswerTo(const DnsQuestion& question) {
    if (question.type == RrType::kTxt) return {.status = DnsStatus::kOk, .texts = {Line()}};
    switch (question.name.size() % 4) {
      case 0:
        return {.status = DnsStatus::kNxdomain};
      case 1:
        return {.status = DnsStatus::kServfail};
      default:
        return {.status = DnsStatus::kOk,
                .addresses = {*Ip::Parse("192.0.2.1")},
                .names = {"a.example", "mail." + question.name}};
    }
  }

  std::string Line() {
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string line(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
  }

  std::string_view rest_;
  std::map<DnsQuestion, DnsAnswerPtr> answers_;
};

const FuzzTarget kTarget("spf_eval", [](std::string_view input) {
  for (const char* client : {"192.0.2.1", "2001:db8::1"}) {
    Records records(input);
    const SpfQuery query{.client = *Ip::Parse(client),
                         .helo = "mail.a.example",
                         .local = "strong-bad",
                         .domain = "a.example"};
    static_cast<void>(EvaluateSpf(query, records));
  }
});

}  // namespace
}  // namespace spillway
