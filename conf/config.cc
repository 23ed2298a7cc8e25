// SPDX-License-Identifier: BSD-2-Clause
// The strict TOML reader: every key of the file must be in the option table, with the right type
// and within its range, and everything that is wrong is said at once. The only file that sees
// toml++.
#include "conf/config.h"

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
#include <cerrno>
#include <cstring>
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
  Reader(std::string name, LoadResult& out) : name_(std::move(name)), out_(out) {}

  void Read(const toml::table& root) {
    for (const auto& [key, node] : root) ReadSection(key, node);
  }

  void Complain(const toml::source_position& at, const std::string& what) {
    std::ostringstream line;
    line << name_ << ':' << at.line << ':' << at.column << ": " << what;
    errors_.emplace_back(at, line.str());
  }

  // toml++ keeps keys sorted by name; people read errors in the file's order.
  void Finish() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    for (auto& [at, text] : errors_) out_.errors.push_back(std::move(text));
  }

 private:
  void ReadSection(const toml::key& key, const toml::node& node) {
    std::vector<std::string_view> known;
    for (const Option& option : Options()) known.push_back(option.section);
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      return Unknown("section", key, known);
    }
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return Complain(node.source().begin, "\"" + std::string(key.str()) +
                                               "\" is a section, expected [" +
                                               std::string(key.str()) + "]");
    }
    for (const auto& [name, value] : *table) ReadKey(key.str(), name, value);
  }

  void ReadKey(std::string_view section, const toml::key& key, const toml::node& node) {
    std::vector<std::string_view> known;
    for (const Option& option : Options()) {
      if (option.section != section) continue;
      if (option.key == key.str()) return ReadValue(option, node);
      known.push_back(option.key);
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

  void ReadValue(const Option& option, const toml::node& node) {
    std::visit(Overloaded{
                   [&](std::string* out) { ReadString(option, node, *out); },
                   [&](bool* out) { ReadBool(option, node, *out); },
                   [&](int64_t* out) { ReadInteger(option, node, *out); },
                   [&](Milliseconds* out) { ReadDuration(option, node, *out); },
                   [&](Bytes* out) { ReadSize(option, node, *out); },
                   [&](Strings* out) { ReadStrings(option, node, *out); },
               },
               option.field(out_.config));
  }

  void WrongType(const Option& option, const toml::node& node, const std::string& expected) {
    std::ostringstream text;
    text << '"' << option.key << "\" is of type " << node.type() << ", expected " << expected;
    Complain(node.source().begin, text.str());
  }

  void ReadString(const Option& option, const toml::node& node, std::string& out) {
    const auto value = node.value_exact<std::string>();
    if (!value) return WrongType(option, node, "a string");
    if (Valid(option, node, *value)) out = *value;
  }

  bool Valid(const Option& option, const toml::node& node, const std::string& value) {
    if (option.validate == nullptr) return true;
    const std::string_view expected = option.validate(value);
    if (expected.empty()) return true;
    Complain(node.source().begin,
             "\"" + std::string(option.key) + "\" is \"" + value + "\", " + std::string(expected));
    return false;
  }

  void ReadBool(const Option& option, const toml::node& node, bool& out) {
    const auto value = node.value_exact<bool>();
    if (!value) return WrongType(option, node, "true or false");
    out = *value;
  }

  void ReadInteger(const Option& option, const toml::node& node, int64_t& out) {
    const auto value = node.value_exact<int64_t>();
    if (!value) return WrongType(option, node, "a whole number");
    if (InRange(option, node, *value, [](int64_t n) { return std::to_string(n); })) out = *value;
  }

  void ReadDuration(const Option& option, const toml::node& node, Milliseconds& out) {
    const auto text = node.value_exact<std::string>();
    if (!text) return WrongType(option, node, "a duration such as \"1s\" or \"250ms\"");
    const auto value = ParseDuration(*text);
    if (!value) return BadUnit(option, node, *text, "a duration such as \"1s\" or \"250ms\"");
    if (InRange(option, node, *value, FormatDuration)) out = Milliseconds(*value);
  }

  void ReadSize(const Option& option, const toml::node& node, Bytes& out) {
    const auto text = node.value_exact<std::string>();
    if (!text) return WrongType(option, node, "a size such as \"10MiB\"");
    const auto value = ParseSize(*text);
    if (!value) return BadUnit(option, node, *text, "a size such as \"64KiB\" or \"10MiB\"");
    const auto format = [](int64_t n) { return FormatSize(static_cast<uint64_t>(n)); };
    if (InRange(option, node, *value, format)) out.value = static_cast<uint64_t>(*value);
  }

  void BadUnit(const Option& option, const toml::node& node, const std::string& text,
               const std::string& expected) {
    Complain(node.source().begin,
             "\"" + std::string(option.key) + "\" is \"" + text + "\", expected " + expected);
  }

  template <typename Format>
  bool InRange(const Option& option, const toml::node& node, int64_t value, Format format) {
    if (value >= option.min && value <= option.max) return true;
    Complain(node.source().begin, "\"" + std::string(option.key) + "\" is " + format(value) +
                                      ", expected " + format(option.min) + " to " +
                                      format(option.max));
    return false;
  }

  void ReadStrings(const Option& option, const toml::node& node, Strings& out) {
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
  LoadResult& out_;
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

std::string FormatField(const Field& field) {
  return std::visit(Overloaded{
                        [](const std::string* v) { return Quoted(*v); },
                        [](const bool* v) { return std::string(*v ? "true" : "false"); },
                        [](const int64_t* v) { return std::to_string(*v); },
                        [](const Milliseconds* v) { return Quoted(FormatDuration(v->count())); },
                        [](const Bytes* v) { return Quoted(FormatSize(v->value)); },
                        [](const Strings* v) { return FormatStrings(*v); },
                    },
                    field);
}

// Where an assertion of toml++ failed: the line that a text must be cut behind to make it fail.
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

LoadResult ParseConfig(std::string_view text, const std::string& name) {
  LoadResult out;
  Reader reader(name, out);
  try {
    reader.Read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    reader.Complain(error.source().begin, std::string(error.description()));
  } catch (const TomlAssertion&) {
    reader.Complain(PlaceOfAssertion(text), "this line is not TOML");
  }
  reader.Finish();
  return out;
}

LoadResult LoadConfig(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || (text.fail() && file.peek() != std::ifstream::traits_type::eof())) {
    LoadResult out;
    out.errors.push_back(path + ": cannot be read: " + std::strerror(errno));
    return out;
  }
  return ParseConfig(text.str(), path);
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
  return out;
}

}  // namespace spillway
