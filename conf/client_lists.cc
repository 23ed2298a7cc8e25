// SPDX-License-Identifier: BSD-2-Clause
// The lists are short: a dozen networks, looked at in order.
#include "conf/client_lists.h"

#include <algorithm>

namespace spillway {

namespace {

std::vector<Cidr> Networks(const Strings& texts) {
  std::vector<Cidr> networks;
  for (const std::string& text : texts) networks.push_back(Cidr::Parse(text).value());
  return networks;
}

bool Contains(const std::vector<Cidr>& networks, const Ip& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Cidr& network) { return network.Contains(address); });
}

}  // namespace

ClientLists::ClientLists(const Config& config)
    : internal_(Networks(config.clients.internal)),
      cannot_retry_(Networks(config.clients.cannot_retry)),
      users_(config.clients.cannot_retry_users) {}

bool ClientLists::Internal(const Ip& address) const {
  return Contains(internal_, address);
}

bool ClientLists::CannotRetry(const Ip& address, std::string_view user) const {
  if (!user.empty()) return std::find(users_.begin(), users_.end(), user) != users_.end();
  return Contains(cannot_retry_, address) && Internal(address);
}

}  // namespace spillway
