// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/status_view.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(StatusView, JsonKeepsNumbersAsNumbers) {
  EXPECT_EQ(StatusAsJson(
                {{"filter", "running"}, {"p50_ms", "1.500"}, {"text", "a\"b\\\n"}, {"odd", "nan"}}),
            R"({"filter":"running","p50_ms":1.5,"text":"a\"b\\\n","odd":"nan"})"
            "\n");
}

TEST(StatusView, TextShowsWhatAnAdministratorAsksFor) {
  const std::string text = StatusAsText({{"filter", "running"},
                                         {"messages_per_second", "12.345"},
                                         {"processing_p95_ms", "7.000"},
                                         {"late_share", "0.015"},
                                         {"check_spf_p95_ms", "3.000"},
                                         {"oldest_in_flight_ms", "990.000"},
                                         {"dns_cache_hit_share", "0.900"}});
  for (const char* part : {"12.3 messages/s", "p95 7.0 ms", "late        1.5%", "spf 3.0 ms",
                           "oldest 990.0 ms", "cache hits 90.0%"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(StatusView, TextShowsTheServersOfScannersAndTheBudget) {
  const std::string text = StatusAsText({{"filter", "running"},
                                         {"budget_ms", "20000.000"},
                                         {"effective_budget_ms", "3333.300"},
                                         {"server_clamd@unix:/c_limit", "12"},
                                         {"server_clamd@unix:/c_in_flight", "11"},
                                         {"server_clamd@unix:/c_owed", "1"},
                                         {"server_clamd@unix:/c_waiting", "30"},
                                         {"server_clamd@unix:/c_late_share", "0.45"},
                                         {"server_clamd@unix:/c_asked", "no"}});
  for (const char* part :
       {"clamd@unix:/c: 11 of 12 at a time, 1 owed, 30 waiting, late 45.0%, not asked",
        "budget      3333.3 of 20000.0 ms for checks"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(StatusView, AbsentFilterSaysWhy) {
  const std::string text =
      StatusAsText({{"filter", "absent"}, {"filter_error", "/run/x: No such file"}});
  EXPECT_NE(text.find("absent (/run/x: No such file)"), std::string::npos) << text;
}

}  // namespace
}  // namespace spillway
