// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/disposition.h"

#include <algorithm>

namespace spillway {

Wish Disposition::Action(const Result& result) const {
  const Wish unclear = result.unclear_author ? on_unclear_author : Wish::kNone;
  if (result.wish == Wish::kReject) return std::max(unclear, on_reject);
  return std::max(unclear, result.wish == Wish::kQuarantine ? on_quarantine : result.wish);
}

ClientSet TempfailSet(const std::string& on_timeout) {
  ClientSet out{.everybody = on_timeout == "tempfail", .classes = {}};
  if (on_timeout == "tempfail-external") out.classes = {"external"};
  return out;
}

}  // namespace spillway
