// SPDX-License-Identifier: BSD-2-Clause
#include "t/rig/dmarc_oracle.h"

#include <algorithm>
#include <sstream>

namespace spillway {
namespace {

using Tags = std::map<std::string, std::string>;

struct Walk {
  std::map<std::string, Tags> records;  // by name, where there is exactly one
  std::string organization;
  std::string last;  // the last name with a record: the registry, if its psd=y ended the walk
};

std::string Trim(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(Trim(part));
  return parts;
}

// 4.7, 4.8. No tags: not a DMARC record, because a DMARC record has at least its version.
Tags Parse(const std::string& record) {
  Tags tags;
  for (std::string part : Split(record, ';')) {
    // Only the version is case-sensitive, so it is looked at before all becomes lower case.
    const bool version = part.ends_with("DMARC1");
    for (char& c : part) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const size_t equals = part.find('=');
    const std::string name = Trim(part.substr(0, equals));
    const std::string value = Trim(part.substr(equals + 1));
    if (tags.empty() && !(version && name == "v" && value == "dmarc1")) return {};
    if (equals != std::string::npos) tags.emplace(name, value);  // of duplicates the first counts
  }
  return tags;
}

std::vector<Tags> Records(const std::string& name, const OracleWorld& world) {
  std::vector<Tags> records;
  if (!world.texts.contains(name)) return records;
  for (const std::string& text : world.texts.at(name)) {
    if (const Tags tags = Parse(text); !tags.empty()) records.push_back(tags);
  }
  return records;
}

// 4.10 and 4.10.2. The start is the organizational domain when no name has a record.
Walk TreeWalk(const std::string& start, const OracleWorld& world) {
  Walk walk = {{}, start, ""};
  for (std::string below, name = start; !name.empty();
       below = name, name.erase(0, std::min(name.find('.'), name.size() - 1) + 1)) {
    // Above the start only names of at most 7 labels are asked, so that 8 queries are enough.
    if (name != start && std::ranges::count(name, '.') > 6) continue;
    std::vector<Tags> records = Records(name, world);
    if (records.size() != 1) continue;
    const std::string psd = records[0]["psd"];
    walk.records[name] = records[0];
    walk.last = name;
    // A later record replaces an earlier one, because it has fewer labels.
    walk.organization = psd == "y" && name != start ? below : name;
    if (psd == "y" || psd == "n") break;
  }
  return walk;
}

// 4.10.1. Empty: no DMARC processing. No record at all has no p and no rua, and ends so too.
std::string Policy(Tags tags, bool own, bool exists) {
  tags.try_emplace("sp", tags["p"]);  // only a tag that is absent falls back
  tags.try_emplace("np", tags["sp"]);
  // A URI needs a scheme, which ends at the first ':', and something after it.
  const auto is_uri = [](const std::string& uri) {
    return uri.find(':') > 0 && uri.find(':') < uri.size() - 1;
  };
  const std::set<std::string> valid = {"none", "quarantine", "reject"};
  for (const char* name : {"p", "sp", "np"}) {
    if (valid.contains(tags[name])) continue;
    return std::ranges::any_of(Split(tags["rua"], ','), is_uri) ? "none" : "";
  }
  const std::string policy = tags[own ? "p" : exists ? "sp" : "np"];
  if (tags["t"] != "y") return policy;
  return policy == "reject" ? "quarantine" : "none";
}

}  // namespace

OracleResult DmarcOracle(const std::string& author,
                         const std::vector<OracleIdentifier>& identifiers,
                         const OracleWorld& world) {
  const Walk walk = TreeWalk(author, world);
  // Several records at the author domain: nothing is inherited in their place.
  if (Records(author, world).size() > 1) return {"none", "", walk.organization};
  Tags tags;  // the highest preference is asked last and stays
  for (const std::string& name : {walk.last, walk.organization, author}) {
    if (walk.records.contains(name)) tags = walk.records.at(name);
  }
  const std::string policy =
      Policy(tags, walk.records.contains(author), world.existing.contains(author));
  if (policy.empty()) return {"none", "", walk.organization};
  const bool pass = std::ranges::any_of(identifiers, [&](const OracleIdentifier& id) {
    if (!id.passed) return false;
    if (tags[id.spf ? "aspf" : "adkim"] == "s") return id.domain == author;
    return TreeWalk(id.domain, world).organization == walk.organization;
  });
  return {pass ? "pass" : "fail", policy, walk.organization};
}

}  // namespace spillway
