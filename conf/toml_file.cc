// SPDX-License-Identifier: BSD-2-Clause
// The only file that sees toml++.
#include "conf/toml_file.h"

// toml++ 3.3 asserts on some input ("[(a]", "a = ]") instead of reporting it.
namespace {
struct TomlAssertion {};
[[noreturn]] void ThrowTomlAssertion() {
  throw TomlAssertion();
}
}  // namespace
#define TOML_ASSERT(condition) ((condition) ? void() : ThrowTomlAssertion())
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conf/units.h"

namespace spillway {

namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

class Reader {
 public:
  Reader(std::string name, const std::vector<TomlSection>& sections, TomlPlaces* places)
      : name_(std::move(name)), sections_(sections), places_(places) {}

  void Read(const toml::table& root) {
    // Repeated sections ([[class]]) come first: other sections may use the names that they define.
    for (const bool repeated : {true, false}) ReadAll(root, repeated);
  }

  void Complain(const toml::source_position& at, const std::string& what) {
    errors_.emplace_back(at, Place(at) + ": " + what);
  }

  // toml++ keeps keys sorted by name; people read errors in the file's order.
  std::vector<std::string> Finish() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    std::vector<std::string> out;
    for (auto& [at, text] : errors_) out.push_back(std::move(text));
    return out;
  }

 private:
  std::string Place(const toml::source_position& at) const {
    return name_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }

  void ReadAll(const toml::table& root, bool repeated) {
    for (const auto& [key, node] : root) {
      if (node.is_array_of_tables() != repeated) continue;
      if (node.is_table() || node.is_array_of_tables() || FindSection("") == nullptr)
        ReadSection(key, node);
      else
        ReadKey(FindSection("")->begin(), key, node);
    }
  }

  const TomlSection* FindSection(std::string_view name) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [name](const auto& section) { return section.name == name; });
    return found == sections_.end() ? nullptr : &*found;
  }

  void ReadSection(const toml::key& key, const toml::node& node) {
    const TomlSection* section = FindSection(key.str());
    if (section == nullptr) {
      std::vector<std::string_view> known;
      for (const TomlSection& one : sections_) known.push_back(one.name);
      return Unknown("section", key, known);
    }
    if (section->repeated && node.is_array_of_tables()) {
      for (const toml::node& member : *node.as_array()) ReadTable(*section, *member.as_table());
      return;
    }
    if (!section->repeated && node.is_table()) return ReadTable(*section, *node.as_table());
    const std::string name(key.str());
    Complain(node.source().begin, "\"" + name + "\" is a section, expected " +
                                      (section->repeated ? "[[" + name + "]]" : "[" + name + "]"));
  }

  void ReadTable(const TomlSection& section, const toml::table& table) {
    const std::vector<TomlKey> keys = section.begin();
    for (const auto& [name, value] : table) {
      ReadKey(keys, name, value);
      if (places_ != nullptr && !section.repeated)
        (*places_)[std::string(section.name) + "." + std::string(name.str())] =
            Place(value.source().begin);
    }
  }

  void ReadKey(const std::vector<TomlKey>& keys, const toml::key& key, const toml::node& node) {
    std::vector<std::string_view> known;
    for (const TomlKey& candidate : keys) {
      if (candidate.name == key.str()) return ReadValue(candidate, node);
      known.push_back(candidate.name);
    }
    Unknown("key", key, known);
  }

  void Unknown(const char* kind, const toml::key& key, const std::vector<std::string_view>& known) {
    std::string text = std::string("unknown ") + kind + " \"" + std::string(key.str()) + "\"";
    const std::string_view near = Nearest(key.str(), known);
    if (!near.empty()) {
      text += ", did you mean \"" + std::string(near) + "\"?";
    } else {
      text += ", expected one of:";
      std::string_view last;
      for (const std::string_view name : known) {
        if (name != last) text += " " + std::string(name);
        last = name;
      }
    }
    Complain(key.source().begin, text);
  }

  void ReadValue(const TomlKey& option, const toml::node& node) {
    std::visit(Overloaded{
                   [&](std::string* out) { ReadString(option, node, *out); },
                   [&](bool* out) { ReadBool(option, node, *out); },
                   [&](int64_t* out) { ReadInteger(option, node, *out); },
                   [&](double* out) { ReadNumber(option, node, *out); },
                   [&](Milliseconds* out) { ReadDuration(option, node, *out); },
                   [&](Bytes* out) { ReadSize(option, node, *out); },
                   [&](Strings* out) { ReadStrings(option, node, *out); },
               },
               option.field);
  }

  void WrongType(const TomlKey& option, const toml::node& node, const std::string& expected) {
    std::ostringstream text;
    text << '"' << option.name << "\" is of type " << node.type() << ", expected " << expected;
    Complain(node.source().begin, text.str());
  }

  void ReadString(const TomlKey& option, const toml::node& node, std::string& out) {
    const auto value = node.value_exact<std::string>();
    if (!value) return WrongType(option, node, "a string");
    if (Valid(option, node, *value)) out = *value;
  }

  bool Valid(const TomlKey& option, const toml::node& node, const std::string& value) {
    if (option.validate == nullptr) return true;
    const std::string_view expected = option.validate(value);
    if (expected.empty()) return true;
    Complain(node.source().begin,
             "\"" + std::string(option.name) + "\" is \"" + value + "\", " + std::string(expected));
    return false;
  }

  void ReadBool(const TomlKey& option, const toml::node& node, bool& out) {
    const auto value = node.value_exact<bool>();
    if (!value) return WrongType(option, node, "true or false");
    out = *value;
  }

  void ReadInteger(const TomlKey& option, const toml::node& node, int64_t& out) {
    const auto value = node.value_exact<int64_t>();
    if (!value) return WrongType(option, node, "a whole number");
    if (InRange(option, node, *value, [](int64_t n) { return std::to_string(n); })) out = *value;
  }

  void ReadNumber(const TomlKey& option, const toml::node& node, double& out) {
    const auto value = node.value<double>();
    if (!value || !node.is_number()) return WrongType(option, node, "a number");
    if (*value >= static_cast<double>(option.min) && *value <= static_cast<double>(option.max)) {
      out = *value;
      return;
    }
    std::ostringstream text;
    text << '"' << option.name << "\" is " << *value << ", expected " << option.min << " to "
         << option.max;
    Complain(node.source().begin, text.str());
  }

  void ReadDuration(const TomlKey& option, const toml::node& node, Milliseconds& out) {
    const auto text = node.value_exact<std::string>();
    if (!text) return WrongType(option, node, "a duration such as \"1s\" or \"250ms\"");
    const auto value = ParseDuration(*text);
    if (!value) return BadUnit(option, node, *text, "a duration such as \"1s\" or \"250ms\"");
    if (InRange(option, node, *value, FormatDuration)) out = Milliseconds(*value);
  }

  void ReadSize(const TomlKey& option, const toml::node& node, Bytes& out) {
    const auto text = node.value_exact<std::string>();
    if (!text) return WrongType(option, node, "a size such as \"10MiB\"");
    const auto value = ParseSize(*text);
    if (!value) return BadUnit(option, node, *text, "a size such as \"64KiB\" or \"10MiB\"");
    const auto format = [](int64_t n) { return FormatSize(static_cast<uint64_t>(n)); };
    if (InRange(option, node, *value, format)) out.value = static_cast<uint64_t>(*value);
  }

  void BadUnit(const TomlKey& option, const toml::node& node, const std::string& text,
               const std::string& expected) {
    Complain(node.source().begin,
             "\"" + std::string(option.name) + "\" is \"" + text + "\", expected " + expected);
  }

  template <typename Format>
  bool InRange(const TomlKey& option, const toml::node& node, int64_t value, Format format) {
    if (value >= option.min && value <= option.max) return true;
    Complain(node.source().begin, "\"" + std::string(option.name) + "\" is " + format(value) +
                                      ", expected " + format(option.min) + " to " +
                                      format(option.max));
    return false;
  }

  void ReadStrings(const TomlKey& option, const toml::node& node, Strings& out) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return WrongType(option, node, "a list of strings");
    Strings values;
    for (const toml::node& member : *array) {
      const auto value = member.value_exact<std::string>();
      if (!value) return WrongType(option, member, "a string");
      if (Valid(option, member, *value)) values.push_back(*value);
    }
    out = std::move(values);
  }

  const std::string name_;
  const std::vector<TomlSection>& sections_;
  TomlPlaces* const places_;
  std::vector<std::pair<toml::source_position, std::string>> errors_;
};

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string FormatStrings(const Strings& values) {
  std::string out = "[";
  for (const std::string& value : values) out += (out.size() > 1 ? ", " : "") + Quoted(value);
  return out + "]";
}

// The shortest form that reads back the same, and is no whole number to TOML.
std::string FormatDouble(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const std::string out(text.data(), end);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

// Where an assertion of toml++ failed: the first line at which the text up to that line makes
// toml++ fail.
toml::source_position PlaceOfAssertion(std::string_view text) {
  toml::source_index line = 1;
  for (size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    try {
      static_cast<void>(toml::parse(text.substr(0, end + 1)));
    } catch (const toml::parse_error&) {  // cut in the middle of something longer
    } catch (const TomlAssertion&) {
      break;
    }
    ++line;
  }
  return {line, 1};
}

}  // namespace

std::vector<std::string> ReadToml(std::string_view text, const std::string& name,
                                  const std::vector<TomlSection>& sections, TomlPlaces* places) {
  Reader reader(name, sections, places);
  try {
    reader.Read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    reader.Complain(error.source().begin, std::string(error.description()));
  } catch (const TomlAssertion&) {
    reader.Complain(PlaceOfAssertion(text), "this line is not TOML");
  }
  return reader.Finish();
}

std::string ReadTextFile(const std::string& path, std::vector<std::string>& errors) {
  std::ifstream file(path);
  const auto complain = [&](const char* why) {
    errors.push_back(path + ": cannot be read: " + why);
    return std::string();
  };
  if (!file) return complain(std::strerror(errno));
  if (std::filesystem::is_directory(path)) return complain("it is a directory");
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) return complain(std::strerror(errno));
  return text;
}

std::string FormatField(const Field& field) {
  return std::visit(Overloaded{
                        [](const std::string* v) { return Quoted(*v); },
                        [](const bool* v) { return std::string(*v ? "true" : "false"); },
                        [](const int64_t* v) { return std::to_string(*v); },
                        [](const double* v) { return FormatDouble(*v); },
                        [](const Milliseconds* v) { return Quoted(FormatDuration(v->count())); },
                        [](const Bytes* v) { return Quoted(FormatSize(v->value)); },
                        [](const Strings* v) { return FormatStrings(*v); },
                    },
                    field);
}

}  // namespace spillway
