// SPDX-License-Identifier: BSD-2-Clause
// Looks for the empty line first; a request is parsed once it is whole.
#include "policy/serve/request.h"

#include <algorithm>

namespace spillway {

namespace {

constexpr std::string_view kEnd = "\n\n";

}  // namespace

std::string_view PolicyRequest::Get(std::string_view name) const {
  const auto it = attributes.find(name);
  return it == attributes.end() ? std::string_view() : std::string_view(it->second);
}

std::optional<PolicyRequest> PolicyRequestParser::Next() {
  if (!error_.empty()) return std::nullopt;
  const size_t end = buffer_.find(kEnd);
  if ((end == std::string::npos ? buffer_.size() : end) > max_request_) {
    error_ = "request over " + std::to_string(max_request_) + " octets";
    return std::nullopt;
  }
  if (!buffer_.empty() && buffer_[0] == '\n') {
    error_ = "empty request";
    return std::nullopt;
  }
  if (end == std::string::npos) return std::nullopt;
  PolicyRequest request;
  std::string_view rest = std::string_view(buffer_).substr(0, end);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!TakeLine(line, request)) return std::nullopt;
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  buffer_.erase(0, end + kEnd.size());
  if (request.Get("request") != "smtpd_access_policy") {
    error_ = "not an smtpd_access_policy request";
    return std::nullopt;
  }
  return request;
}

bool PolicyRequestParser::TakeLine(std::string_view line, PolicyRequest& request) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0 ||
      line.find('\0') != std::string_view::npos) {
    error_ = "a line that is not name=value";
    return false;
  }
  request.attributes.insert_or_assign(std::string(line.substr(0, equals)),
                                      std::string(line.substr(equals + 1)));
  return true;
}

}  // namespace spillway
