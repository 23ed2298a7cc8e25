// SPDX-License-Identifier: BSD-2-Clause
// A section of the configuration that belongs to a check: conf/ reads, validates and prints it
// without knowing what it means. Each check defines its own, in its own file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "conf/toml_file.h"

namespace spillway {

struct Config;

struct Section {
  Section() = default;
  Section(const Section&) = default;
  Section& operator=(const Section&) = default;
  virtual ~Section() = default;
  virtual std::string_view name() const = 0;
  // Its keys with their ranges and validators; the fields point into this.
  virtual std::vector<TomlKey> Keys() = 0;
  virtual std::unique_ptr<Section> Clone() const = 0;
  virtual bool enabled() const = 0;
  // Is it `required`, for whatever clients?
  virtual bool required() const = 0;
  // May a message be tempfailed because it is late, for whatever clients?
  virtual bool tempfails_late() const { return false; }
  // May a message go without it when processor time is short ([budget] drop_first)?
  virtual bool droppable() const { return false; }
  // Does the check run? Some need others.
  virtual bool Runs(const Config& /*config*/) const { return enabled(); }
  // What is wrong with an enabled one as a whole, "needs [arc]"; empty: nothing.
  virtual std::string Complaint(const Config& /*config*/) const { return {}; }
};

// One section of each check, as a value: a copy has its own.
class CheckSections {
 public:
  CheckSections();
  CheckSections(const CheckSections& other) { *this = other; }
  CheckSections& operator=(const CheckSections& other);
  CheckSections(CheckSections&&) = default;
  CheckSections& operator=(CheckSections&&) = default;
  ~CheckSections() = default;

  // In the running order of the checks.
  const std::vector<std::unique_ptr<Section>>& all() const { return sections_; }
  // Is there a check of that name, and is it enabled?
  bool Enabled(std::string_view name) const;
  // The section of type T; throws std::bad_cast when no check has it.
  template <typename T>
  T& Of() {
    return const_cast<T&>(std::as_const(*this).Of<T>());
  }
  template <typename T>
  const T& Of() const {
    for (const auto& section : sections_) {
      if (const auto* found = dynamic_cast<const T*>(section.get())) return *found;
    }
    throw std::bad_cast();
  }

 private:
  std::vector<std::unique_ptr<Section>> sections_;
};

// Defined by the registry of checks (milter/check/registry.cc): their sections with the defaults,
// in running order.
std::vector<std::unique_ptr<Section>> MakeCheckSections();

}  // namespace spillway
