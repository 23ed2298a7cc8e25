// SPDX-License-Identifier: BSD-2-Clause
// The lists are short: a dozen networks, looked at in order.
#include "milter/client/client_lists.h"

#include <algorithm>

#include "milter/base/glob.h"

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

bool ClientLists::Class::Has(const std::optional<Ip>& address, std::string_view user) const {
  if (user.empty()) return address && Contains(networks, *address);
  return std::any_of(users.begin(), users.end(),
                     [&](const std::string& pattern) { return MatchesGlob(pattern, user); });
}

ClientLists::ClientLists(const Config& config)
    : internal_(Networks(config.clients.internal)),
      cannot_retry_(Networks(config.clients.cannot_retry)),
      users_(config.clients.cannot_retry_users) {
  for (const NamedClass& named : config.classes)
    classes_.push_back({named.name, Networks(named.networks), named.users, named.cannot_retry});
}

bool ClientLists::Internal(const Ip& address) const {
  return Contains(internal_, address);
}

bool ClientLists::CannotRetry(const Ip& address, std::string_view user) const {
  const bool by_class = std::any_of(classes_.begin(), classes_.end(), [&](const Class& one) {
    return one.cannot_retry && one.Has(address, user);
  });
  if (!user.empty())
    return by_class || std::find(users_.begin(), users_.end(), user) != users_.end();
  return (by_class || Contains(cannot_retry_, address)) && Internal(address);
}

std::vector<std::string> ClientLists::Named(const std::optional<Ip>& address,
                                            std::string_view user) const {
  std::vector<std::string> names;
  for (const Class& one : classes_) {
    if (one.Has(address, user)) names.push_back(one.name);
  }
  return names;
}

}  // namespace spillway
