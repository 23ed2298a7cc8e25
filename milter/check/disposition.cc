// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/disposition.h"

namespace spillway {

Wish Disposition::Action(const Result& result) const {
  if (result.unclear_author) return on_unclear_author;
  if (result.wish == Wish::kReject) return on_reject;
  return result.wish == Wish::kQuarantine ? on_quarantine : result.wish;
}

ClientSet TempfailSet(const std::string& on_timeout) {
  return {.everybody = on_timeout == "tempfail", .classes = {}};
}

}  // namespace spillway
