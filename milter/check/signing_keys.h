// SPDX-License-Identifier: BSD-2-Clause
// What the two checks that sign have in common: the keys of the table, whether their public halves
// are in DNS, and the CPU pool.
#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "conf/signing_table.h"
#include "milter/auth/private_key.h"
#include "milter/base/pending.h"
#include "milter/check/check.h"
#include "milter/check/options.h"
#include "milter/dns/lookups.h"

namespace spillway {

struct SignOptions final : OptionsOf<SignOptions> {
  static constexpr std::string_view kName = "sign";
  SignOptions() { on = false; }
  std::string table = "/etc/spillway/signing.table";
  std::string canonicalization = "relaxed/relaxed";
  bool check_published = true;
  std::vector<TomlKey> Keys() override;
  // Reads the table.
  SigningTable ReadTable(const Config& config) const;
};

struct SealOptions final : OptionsOf<SealOptions> {
  static constexpr std::string_view kName = "seal";
  SealOptions() { on = false; }
  std::string domain;
  std::string selector;
  std::string key_file;
  bool check_published = true;
  std::vector<TomlKey> Keys() override;
  std::string Complaint(const Config& config) const override;
  // The row of a table that stands for it.
  SigningRow Row(const Config& config) const;
};

struct SigningKey {
  SigningKey(SigningRow its_row, PrivateKey its_key)
      : row(std::move(its_row)), key(std::move(its_key)) {}
  const SigningRow row;
  const PrivateKey key;
  mutable std::atomic<bool> seen{false};  // in DNS, at any time since the start
};

// Immutable but for what was seen; thread-safe.
class SigningKeys {
 public:
  using List = std::vector<const SigningKey*>;

  // Reads all key files. Throws ConfigError for those that cannot be used.
  SigningKeys(const std::vector<SigningRow>& rows, bool check_published);

  bool check_published() const { return check_published_; }
  // The first key whose row `matches`, and all of the same "who".
  List Select(const std::function<bool(const SigningRow&)>& matches) const;

 private:
  std::vector<std::unique_ptr<SigningKey>> keys_;
  const bool check_published_;
};

// The keys of one message, while it is asked whether they are in DNS.
class PublishedKeys {
 public:
  PublishedKeys(SigningKeys::List keys, bool check, Resolver& resolver);
  // Nothing is left to wait for.
  bool ready() const;
  // The keys that may be used. Why the others may not goes to `result`: late, temperror (never seen
  // in DNS, and DNS fails now), policy (DNS has no key there, or another key).
  SigningKeys::List Usable(Deadline deadline, Result& result);

 private:
  bool MayUse(const SigningKey& key, Result& result) const;

  const SigningKeys::List keys_;
  std::shared_ptr<DnsLookups> lookups_;
};

// Signing, on the pool.
class SigningJob {
 public:
  SigningJob(const CheckServices& services, std::shared_ptr<MessageCost> cost,
             std::function<std::vector<AddedField>()> sign);
  // Null: not finished by the deadline, or no room in the queue.
  const std::vector<AddedField>* Wait(Deadline deadline, Waited& waited) {
    return signed_->Wait(deadline, waited);
  }

 private:
  std::shared_ptr<Pending<std::vector<AddedField>>> signed_;
};

}  // namespace spillway
