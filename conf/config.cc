// SPDX-License-Identifier: BSD-2-Clause
// From the option table to the reader's sections, and back to text.
#include "conf/config.h"

#include <algorithm>

#include "conf/options.h"

namespace spillway {

namespace {

void Append(const std::vector<std::string>& more, std::vector<std::string>& errors) {
  errors.insert(errors.end(), more.begin(), more.end());
}

// What only the whole configuration shows.
std::vector<std::string> Complaints(const Config& config) {
  std::vector<std::string> errors;
  for (const auto& section : config.checks.all()) {
    const std::string complaint = section->enabled() ? section->Complaint(config) : "";
    if (complaint.empty()) continue;
    std::string error = config.PlaceOf(section->name(), "enabled");
    error.append(": [").append(section->name()).append("] is enabled, and ").append(complaint);
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace

std::string Config::PlaceOf(std::string_view section, std::string_view key) const {
  const auto place = places.find(std::string(section) + "." + std::string(key));
  return place != places.end() ? place->second
                               : "[" + std::string(section) + "] " + std::string(key);
}

std::vector<std::string> ReadConfig(std::string_view text, const std::string& name,
                                    Config& config) {
  std::vector<TomlSection> sections = Sections(config);
  sections.insert(sections.begin(),
                  {"class", true, [&config] { return KeysOf(config.classes.emplace_back()); }});
  std::vector<std::string> errors = ReadToml(text, name, sections, &config.places);
  Append(CheckClasses(config.classes, name), errors);
  return errors;
}

LoadResult ParseConfig(std::string_view text, const std::string& name) {
  LoadResult out;
  out.errors = ReadConfig(text, name, out.config);
  return out;
}

LoadResult LoadConfig(const std::string& path) {
  LoadResult out;
  const std::string text = ReadTextFile(path, out.errors);
  if (!out.errors.empty()) return out;
  out = ParseConfig(text, path);
  Append(Complaints(out.config), out.errors);
  return out;
}

bool AnyMandatory(const Config& config) {
  return std::any_of(
      config.checks.all().begin(), config.checks.all().end(), [&config](const auto& section) {
        return section->Runs(config) && (section->required() || section->tempfails_late());
      });
}

std::string DumpConfig(const Config& config) {
  Config copy = config;  // the table gives access to write, too
  std::string out;
  for (const TomlSection& section : Sections(copy)) {
    out += (out.empty() ? "[" : "\n[") + std::string(section.name) + "]\n";
    for (const TomlKey& key : section.begin())
      out += std::string(key.name) + " = " + FormatField(key.field) + "\n";
  }
  for (const NamedClass& named : config.classes) out += DumpClass(named);
  return out;
}

}  // namespace spillway
