// SPDX-License-Identifier: BSD-2-Clause
// The [clients] section as rules: the one place that says what the lists mean, for both daemons.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conf/config.h"
#include "milter/base/ip.h"

namespace spillway {

class ClientLists {
 public:
  ClientLists() = default;  // nothing is listed
  // The addresses have been validated by the option table.
  explicit ClientLists(const Config& config);

  bool Internal(const Ip& address) const;
  // `user` is the SASL user, empty when not authenticated. An address counts only inside the
  // internal networks: an external client that is listed by mistake must get no exception.
  bool CannotRetry(const Ip& address, std::string_view user) const;
  // The names of the client's [[class]]es, in the file's order. An authenticated client belongs
  // only to the classes of its SASL user.
  std::vector<std::string> Named(const std::optional<Ip>& address, std::string_view user) const;

 private:
  struct Class {
    std::string name;
    std::vector<Cidr> networks;
    Strings users;
    bool cannot_retry = false;

    bool Has(const std::optional<Ip>& address, std::string_view user) const;
  };

  std::vector<Cidr> internal_;
  std::vector<Cidr> cannot_retry_;
  std::vector<std::string> users_;
  std::vector<Class> classes_;
};

}  // namespace spillway
