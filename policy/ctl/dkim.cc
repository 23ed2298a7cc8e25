// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/dkim.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <future>
#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>
#include <system_error>

#include "conf/command_line.h"
#include "milter/auth/dkim_key.h"
#include "milter/auth/private_key.h"
#include "milter/auth/tag_list.h"
#include "milter/base/fd.h"
#include "milter/check/signing_keys.h"
#include "milter/dns/cares.h"
#include "milter/mail/address.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

constexpr size_t kString = 255;
constexpr int kGoodBits = 2048;
constexpr const char* kDaemonGroup = "spillway";

struct NewKey {
  std::string domain, selector;
  std::string type = "rsa";
  int bits = kGoodBits;
  std::string directory = "/etc/spillway/keys";
};

[[noreturn]] void Fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

// The filter reads keys by its group; where that does not exist (yet), root's does.
gid_t DaemonGroup() {
  const group* entry = ::getgrnam(kDaemonGroup);
  return entry != nullptr ? entry->gr_gid : ::getegid();
}

void WriteKey(const std::string& path, const std::string& pem) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) Fail(path);
  errno = ENOSPC;  // what a short write means
  if (::fchown(fd.get(), static_cast<uid_t>(-1), DaemonGroup()) == 0 &&
      ::fchmod(fd.get(), 0640) == 0 &&
      ::write(fd.get(), pem.data(), pem.size()) == static_cast<ssize_t>(pem.size()) &&
      ::fsync(fd.get()) == 0)
    return;
  const int why = errno;
  ::unlink(path.c_str());
  errno = why;
  Fail(path);
}

void MakeDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0750) != 0) {
    if (errno != EEXIST) Fail(path);
    return;
  }
  if (::chown(path.c_str(), static_cast<uid_t>(-1), DaemonGroup()) != 0) Fail(path);
}

std::string Description(const PrivateKey& key) {
  return key.kind() == PrivateKey::Kind::kEd25519 ? "Ed25519"
                                                  : "RSA, " + std::to_string(key.bits()) + " bits";
}

int MakeKey(const NewKey& wanted, const CtlOptions& options) {
  const std::string domain = ToLower(wanted.domain);
  const std::string name = DkimKeyName(wanted.selector, domain);
  if (!IsQualifiedDomain(domain) || !IsQualifiedDomain(name) ||
      name.find('/') != std::string::npos) {
    std::cerr << "spillwayctl: " << name << " is no name for DNS\n";
    return EX_USAGE;
  }
  const std::string path = wanted.directory + "/" + domain + "." + wanted.selector + ".pem";
  try {
    const auto kind = wanted.type == "rsa" ? PrivateKey::Kind::kRsa : PrivateKey::Kind::kEd25519;
    const PrivateKey key = PrivateKey::Generate(kind, wanted.bits);
    MakeDirectory(wanted.directory);
    WriteKey(path, key.Pem());
    std::cout << "Wrote " << path << " (" << Description(key) << ").\n\nIn a zone file:\n"
              << ZoneLine(name, key.Record()) << "\nAt a DNS provider:\n  name   " << name
              << "\n  type   TXT\n  value  " << key.Record() << "\n\nIn the signing table of "
              << options.config << ":\n"
              << domain << "  " << domain << "  " << wanted.selector << "  " << path
              << "\n\nIt signs as soon as it is in DNS; spillwayctl dkim check tells.\n";
    return EX_OK;
  } catch (const std::exception& error) {
    std::cerr << "spillwayctl: " << error.what() << '\n';
    return EX_CANTCREAT;
  }
}

DnsAnswerPtr AskOnce(Cares& dns, const std::string& name) {
  std::promise<DnsAnswerPtr> promise;
  dns.Query({name, RrType::kTxt}, [&promise](const DnsAnswer& answer) {
    promise.set_value(std::make_shared<const DnsAnswer>(answer));
  });
  return promise.get_future().get();
}

// Empty: as it should be.
std::string WhatIsWrong(const SigningRow& row, Cares& dns, std::string& good) {
  std::string error;
  const auto key = PrivateKey::Load(row.key_file, error);
  if (!key) return error;
  good = Description(*key);
  const std::string name = DkimKeyName(row.selector, row.domain);
  const DkimKey found = SelectDkimKey(name, *AskOnce(dns, name));
  if (found.status != DkimKey::Status::kFound)
    return found.reason + "; it belongs there:\n" + ZoneLine(name, key->Record());
  if (!IsPublished(found, key->public_key()))
    return "another key is in DNS; this one would be:\n" + ZoneLine(name, key->Record());
  if (found.records.size() > 1) return "several keys are in DNS; many receivers take none of them";
  if (key->kind() == PrivateKey::Kind::kRsa && key->bits() < kGoodBits)
    return "only " + std::to_string(key->bits()) + " bits; some receivers want 2048 (RFC 8301)";
  const TagList tags = ParseTagList(found.records.front()).value_or(TagList());
  if (tags.contains("t") && tags.at("t").find('y') != std::string::npos)
    return "published with t=y, as a test: receivers take the mail for unsigned";
  return {};
}

int CheckKeys(const CtlOptions& options) {
  const LoadResult loaded = LoadConfig(options.config);
  if (!loaded.errors.empty()) return Bad(loaded.errors);
  const Config& config = loaded.config;
  const auto& sign = config.checks.Of<SignOptions>();
  SigningTable table;
  // Keys are looked at before signing begins, too.
  if (sign.enabled() || ::access(sign.table.c_str(), F_OK) == 0) table = sign.ReadTable(config);
  if (!table.errors.empty()) return Bad(table.errors);
  if (!sign.enabled()) std::cout << "[sign] is not enabled in " << options.config << '\n';
  std::vector<SigningRow> rows = table.rows;
  const auto& seal = config.checks.Of<SealOptions>();
  if (seal.enabled()) rows.push_back(seal.Row(config));
  if (rows.empty()) std::cout << "no key is configured in " << options.config << '\n';
  Cares dns({config.dns.servers, config.dns.timeout});
  std::set<std::string> seen;
  int status = EX_OK;
  for (const SigningRow& row : rows) {
    const std::string name = DkimKeyName(row.selector, row.domain);
    if (!seen.insert(name + " " + row.key_file).second) continue;
    std::string good;
    const std::string wrong = WhatIsWrong(row, dns, good);
    std::cout << (wrong.empty() ? "good  " : "BAD   ") << name << "  "
              << (wrong.empty() ? good : wrong) << '\n';
    if (!wrong.empty()) status = 1;
  }
  return status;
}

}  // namespace

std::string ZoneLine(const std::string& name, const std::string& record) {
  std::string out = name + ". IN TXT (";
  for (size_t at = 0; at < record.size(); at += kString)
    out += "\n    \"" + record.substr(at, kString) + "\"";
  return out + " )\n";
}

void AddDkim(CLI::App& app, const CtlOptions& options, int& status) {
  CLI::App* dkim = app.add_subcommand("dkim", "keys for DKIM and ARC: new-key, check");
  dkim->require_subcommand(1);
  CLI::App* make = dkim->add_subcommand("new-key", "make a key, and show what belongs into DNS");
  const auto wanted = std::make_shared<NewKey>();
  make->add_option("domain", wanted->domain, "signing domain")->required();
  make->add_option("selector", wanted->selector, "its name below _domainkey")->required();
  make->add_option("--type", wanted->type, "rsa or ed25519 (default rsa)")
      ->check(CLI::IsMember({"rsa", "ed25519"}));
  make->add_option("--bits", wanted->bits, "of an RSA key (default 2048)")
      ->check(CLI::Range(1024, 4096));
  make->add_option("--dir", wanted->directory, "where to (default " + wanted->directory + ")");
  make->callback([&options, &status, wanted] { status = MakeKey(*wanted, options); });
  CLI::App* check = dkim->add_subcommand("check", "are the keys readable, long enough, in DNS?");
  check->callback([&options, &status] { status = CheckKeys(options); });
}

}  // namespace spillway
