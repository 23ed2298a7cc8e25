// SPDX-License-Identifier: BSD-2-Clause
// The one reader of Authentication-Results (RFC 8601 section 2.2) and ARC-Authentication-Results
// (RFC 8617 section 4.1.1): quoted strings, comments, folding. Pure.
//
// Two things are read that the grammar does not have, because large senders write them, and both
// leave no doubt where a result ends: values with "/", "=" or ":" outside quotes (header.b=Ab/+=),
// and properties without a type (action=none).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway {

// One "method=result"; names in lower case, values unquoted.
struct ReadResult {
  std::string method;
  std::string result;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> properties;  // "header.from", value
  // The first of that name; empty when there is none.
  std::string Property(std::string_view name) const;
};

struct ReadResults {
  std::string instance;  // digits; only of ARC-Authentication-Results
  std::string authserv_id;
  std::vector<ReadResult> results;  // up to the first error
  bool whole = false;               // all of the field was read, without an error
  // Null when there is none.
  const ReadResult* First(std::string_view method) const;
};

// At most 64 KiB and 100 results of 100 properties each; more is an error.
ReadResults ReadAuthenticationResults(std::string_view value);
// The same behind "i=N;".
ReadResults ReadArcResults(std::string_view value);

// True when a reader, strict or sloppy, could take the field for one of `ids`: case, comments,
// folding, quotes, backslashes, control characters, white space around dots, encoded words, a
// version, a missing semicolon or a final dot make no difference. Fields that do not parse at all
// claim every name that stands in them before the first semicolon.
bool ClaimsAuthservId(std::string_view value, const std::vector<std::string>& ids);

// Is it one that we wrote for an external client? Only such clients have results of SPF, DMARC or
// iprev. The domain of the message's author, empty where it is not said; nullopt: it is none.
std::optional<std::string> StrangersAuthor(std::string_view value, std::string_view authserv_id);

}  // namespace spillway
