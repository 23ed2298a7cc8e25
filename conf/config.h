// SPDX-License-Identifier: BSD-2-Clause
// The configuration of all three programs: one TOML file, read strictly into these structs.
// The initializers here are the only defaults, except that each check has the defaults of its
// section in its own file (milter/check/). conf/spillway.toml explains every key.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "conf/named_class.h"
#include "conf/section.h"
#include "conf/toml_file.h"

namespace spillway {

struct Config {
  struct {
    std::string socket = "unix:/run/spillway/milter.sock";
    std::string socket_mode = "0660";
    std::string socket_group;
    std::string authserv_id;  // empty: this machine's host name
    Strings own_ids;          // of other machines of ours
    std::string ask_policy;   // empty: do not ask
    Milliseconds ask_timeout{250};
  } milter;
  struct {
    Milliseconds per_message{1000};
    Milliseconds least{0};  // 0: four times the usual time
    Strings drop_first{"rules", "dnsbl", "attachments/internal"};
    Bytes max_scan_size{10 << 20};
  } budget;
  struct {
    int64_t threads = 0;  // 0: one for each core
    int64_t queue = 4096;
  } workers;
  struct {
    std::string program;    // empty: InspectorProgram()
    int64_t processes = 0;  // 0: one for each core
    Milliseconds processor_time{250};
  } inspector;
  struct {
    Strings internal{"127.0.0.0/8", "::1/128"};
    Strings cannot_retry;
    Strings cannot_retry_users;
  } clients;
  std::vector<NamedClass> classes;  // [[class]]
  struct {
    Strings servers;  // empty: /etc/resolv.conf
    Milliseconds timeout{3000};
    int64_t cache_entries = 65536;
    Milliseconds max_ttl{86400000};
    Milliseconds negative_ttl{60000};
    Milliseconds failure_ttl{5000};
    int64_t max_in_flight = 4096;
    int64_t max_in_flight_per_domain = 64;
  } dns;
  struct {
    bool shadow = true;
  } content;
  CheckSections checks;
  struct {
    std::string file = "/run/spillway/telemetry";
  } telemetry;
  struct {
    Strings listen{"unix:/run/spillway/policy.sock"};
    std::string socket_mode = "0660";
    std::string socket_group;
    std::string control = "/run/spillway/control.sock";
    int64_t max_connections = 1000;
    Bytes max_request{8192};
  } policy;
  struct {
    bool enabled = true;
    int64_t slots = 0;  // 0: ask Postfix
    std::string filter_absent = "dunno";
    std::string state_dir = "/var/lib/spillway";
    int64_t remember = 65536;
    bool probe = true;
    Milliseconds probe_idle{60000};
    Milliseconds probe_shedding{10000};
  } admission;
  struct {
    std::string target = "syslog";
    std::string facility = "mail";
    std::string level = "info";
  } log;

  // Where what the file sets stands: "seal.key_file" to "FILE:LINE:COL".
  std::map<std::string, std::string, std::less<>> places;
  // The place of a key for an error; "[section] key" where the file does not set it.
  std::string PlaceOf(std::string_view section, std::string_view key) const;
};

struct LoadResult {
  Config config;
  // "FILE:LINE:COL: what, and what was expected"; all that is wrong, in the file's order.
  std::vector<std::string> errors;
};

// Reads `text` over what `config` holds; returns what is wrong. `name` stands for the file.
std::vector<std::string> ReadConfig(std::string_view text, const std::string& name, Config& config);
// Reads `path`. A file that cannot be read is an error "FILE: reason".
LoadResult LoadConfig(const std::string& path);
// Parses text already in memory, without the checks that need the whole configuration. `name`
// stands for the file in messages.
LoadResult ParseConfig(std::string_view text, const std::string& name);

// Is a check that runs `required`, or may a message be tempfailed because a check is late?
bool AnyMandatory(const Config& config);

// The effective configuration as TOML, every key, in the table's order. Parsing it gives it back.
std::string DumpConfig(const Config& config);

}  // namespace spillway
