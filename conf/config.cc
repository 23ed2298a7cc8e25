// SPDX-License-Identifier: BSD-2-Clause
// From the option table to the reader's sections, and back to text.
#include "conf/config.h"

#include <algorithm>

#include "conf/options.h"
#include "conf/validators.h"

namespace spillway {

namespace {

std::vector<TomlSection> Sections(Config& config) {
  std::vector<TomlSection> sections = {
      {"class", true, [&config] { return KeysOf(config.classes.emplace_back()); }}};
  for (const Option& option : Options()) {
    if (!sections.empty() && sections.back().name == option.section) continue;
    sections.push_back(
        {option.section, false, [&config, name = option.section] {
           std::vector<TomlKey> keys;
           for (const Option& row : Options()) {
             if (row.section != name) continue;
             // Those that it accepts are not all.
             Validator validate = row.validate;
             if (row.validate == ValidClass) validate = ValidClassIn(config.classes);
             keys.push_back({row.key, row.field(config), row.min, row.max, std::move(validate)});
           }
           return keys;
         }});
  }
  return sections;
}

}  // namespace

LoadResult ParseConfig(std::string_view text, const std::string& name) {
  LoadResult out;
  out.errors = ReadToml(text, name, Sections(out.config));
  const auto more = CheckClasses(out.config.classes, name);
  out.errors.insert(out.errors.end(), more.begin(), more.end());
  return out;
}

LoadResult LoadConfig(const std::string& path) {
  LoadResult out;
  const std::string text = ReadTextFile(path, out.errors);
  if (!out.errors.empty()) return out;
  out = ParseConfig(text, path);
  const auto& seal = out.config.seal;
  if (seal.enabled && (seal.domain.empty() || seal.selector.empty() || seal.key_file.empty()))
    out.errors.push_back(path + ": [seal] is enabled, and needs domain, selector and key_file");
  const auto& config = out.config;
  for (const auto& [name, scanner] :
       {std::pair<const char*, const ScannerOptions&>{"clamd", config.clamd},
        {"spamd", config.spamd},
        {"rspamd", config.rspamd}}) {
    constexpr size_t kMaxServers = 64;
    if (scanner.enabled && (scanner.servers.empty() || scanner.servers.size() > kMaxServers))
      out.errors.push_back(path + ": [" + name + "] is enabled, and needs 1 to 64 servers");
  }
  if (seal.enabled && !out.config.arc.enabled)
    out.errors.push_back(path + ": [seal] is enabled, and needs [arc]");
  return out;
}

std::vector<std::string> ReadSigningTable(Config& config) {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(config.sign.table, errors);
  if (!errors.empty()) return errors;
  SigningTable table = ParseSigningTable(text, config.sign.table, config.classes);
  config.sign.rows = std::move(table.rows);
  return table.errors;
}

std::vector<std::string> ReadRules(Config& config) {
  std::vector<std::string> errors;
  const std::string text = ReadTextFile(config.rules.file, errors);
  if (!errors.empty()) return errors;
  RuleFile file = ParseRules(text, config.rules.file, config.classes);
  config.rules.rows = std::move(file.rules);
  return file.errors;
}

std::string DumpConfig(const Config& config) {
  Config copy = config;
  std::string out;
  std::string_view section;
  for (const Option& option : Options()) {
    if (option.section != section) {
      section = option.section;
      out += (out.empty() ? "[" : "\n[") + std::string(section) + "]\n";
    }
    out += std::string(option.key) + " = " + FormatField(option.field(copy)) + "\n";
  }
  for (const NamedClass& named : config.classes) out += DumpClass(named);
  return out;
}

}  // namespace spillway
