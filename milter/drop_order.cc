// SPDX-License-Identifier: BSD-2-Clause
#include "milter/drop_order.h"

#include <algorithm>

#include "conf/config_error.h"
#include "conf/validators.h"

namespace spillway {

namespace {

std::vector<std::string_view> Droppable(const Config& config) {
  std::vector<std::string_view> out;
  for (const auto& section : config.checks.all()) {
    if (section->droppable()) out.push_back(section->name());
  }
  return out;
}

std::string Joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

bool IsClass(const Config& config, std::string_view name) {
  return ValidClass(name).empty() ||
         std::any_of(config.classes.begin(), config.classes.end(),
                     [name](const NamedClass& named) { return named.name == name; });
}

}  // namespace

DropOrder::DropOrder(const Config& config) {
  std::vector<std::string> errors;
  const std::vector<std::string_view> droppable = Droppable(config);
  const auto wrong = [&](const std::string& text, const std::string& why) {
    errors.push_back(config.PlaceOf("budget", "drop_first") + ": \"" + text + "\": " + why);
  };
  for (const std::string& text : config.budget.drop_first) {
    const size_t slash = std::min(text.find('/'), text.size());
    Entry entry{.check = text.substr(0, slash), .classes = {}};
    if (slash < text.size()) entry.classes.push_back(text.substr(slash + 1));
    if (std::find(droppable.begin(), droppable.end(), entry.check) == droppable.end())
      wrong(text, "no check that can be dropped; those are " + Joined(droppable));
    else if (!entry.classes.empty() && !IsClass(config, entry.classes.front()))
      wrong(text, "no class of client");
    entries_.push_back(std::move(entry));
  }
  if (!errors.empty()) throw ConfigError(errors);
}

std::vector<std::string_view> DropOrder::For(const Client& client, unsigned without,
                                             unsigned draw) const {
  std::vector<std::string_view> out;
  size_t dropped = entries_.size() * without;  // in thousandths of checks
  for (const Entry& entry : entries_) {
    if (dropped <= draw) break;
    if (entry.classes.empty() || IsAmong(client, entry.classes)) out.push_back(entry.check);
    dropped -= std::min<size_t>(dropped, kAll);
  }
  return out;
}

}  // namespace spillway
