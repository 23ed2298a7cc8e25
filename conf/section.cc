// SPDX-License-Identifier: BSD-2-Clause
#include "conf/section.h"

#include <algorithm>

namespace spillway {

CheckSections::CheckSections() : sections_(MakeCheckSections()) {}

CheckSections& CheckSections::operator=(const CheckSections& other) {
  if (this == &other) return *this;
  sections_.clear();
  for (const auto& section : other.sections_) sections_.push_back(section->Clone());
  return *this;
}

bool CheckSections::Enabled(std::string_view name) const {
  return std::any_of(sections_.begin(), sections_.end(), [name](const auto& section) {
    return section->name() == name && section->enabled();
  });
}

}  // namespace spillway
