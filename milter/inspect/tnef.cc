// SPDX-License-Identifier: BSD-2-Clause
// [MS-OXTNEF]: attributes of a level, a tag, a length and data; those of level 2 are about
// attachments, and attAttachRendData begins each. A long name and a message within are MAPI
// properties of an attachment (section 2.1.3.4).
#include <algorithm>
#include <cstdint>
#include <optional>

#include "milter/base/little_endian.h"
#include "milter/inspect/enclosed_files.h"
#include "milter/inspect/part_text.h"

namespace spillway {

namespace {

constexpr uint32_t kSignature = 0x223e9f78;
constexpr size_t kMaxDepth = 8;  // messages in messages
constexpr size_t kMaxFiles = 1000;

enum Attribute : uint32_t {  // tags
  kAttachRendData = 0x00069002,
  kAttachTitle = 0x00018010,
  kAttachData = 0x0006800f,
  kAttachment = 0x00069005,
};

enum Property : uint32_t { kDataObject = 0x3701, kFileName = 0x3704, kLongFileName = 0x3707 };

// Little end first. Each Take moves on; nullopt: the text is too short.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  std::optional<std::string_view> Take(size_t size) {
    if (size > rest_.size()) return std::nullopt;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::optional<uint32_t> Number(size_t octets) {
    const auto taken = Take(octets);
    return taken ? std::optional(FromLittle(*taken)) : std::nullopt;
  }
  // Filled up to a multiple of four; what is missing at the end is not missed.
  std::optional<std::string_view> TakePadded(size_t size) {
    const auto taken = Take(size);
    if (taken) rest_.remove_prefix(std::min(rest_.size(), (4 - size % 4) % 4));
    return taken;
  }

 private:
  std::string_view rest_;
};

// The octets of a value of fixed size; 0: it has a length.
size_t FixedSize(uint32_t type) {
  switch (type) {
    case 0x0005:  // double, currency, time, 64 bits
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:  // GUID
      return 16;
    case 0x000d:  // object, strings, binary
    case 0x001e:
    case 0x001f:
    case 0x0102:
      return 0;
    default:
      return 4;
  }
}

std::string TextOf(std::string_view value, uint32_t type) {
  constexpr uint32_t kUnicode = 0x001f;
  std::string text = type == kUnicode ? InUtf8(value, "utf-16le").utf8 : std::string(value);
  return text.substr(0, text.find('\0'));
}

// A property that is of interest, and its value.
struct Value {
  uint32_t id = 0;
  uint32_t type = 0;
  std::string_view text;
};

// Reads the properties of an attachment.
class Properties {
 public:
  explicit Properties(std::string_view data) : scan_(data) {}

  // False: they are broken; `values` has those before.
  bool Read(std::vector<Value>& values) {
    const auto count = scan_.Number(4);
    for (uint32_t i = 0; count && i < *count; ++i) {
      if (!ReadOne(values)) return false;
    }
    return count.has_value();
  }

 private:
  bool ReadOne(std::vector<Value>& values) {
    constexpr uint32_t kSeveral = 0x1000;
    const auto type = scan_.Number(2);
    const auto id = scan_.Number(2);
    if (!type || !id || !SkipName(*id)) return false;
    const uint32_t single = *type & ~kSeveral;
    const size_t fixed = FixedSize(single);
    const bool counted = fixed == 0 || single != *type;
    const auto count = counted ? scan_.Number(4) : std::optional<uint32_t>(1);
    for (uint32_t i = 0; count && i < *count; ++i) {
      const auto size = fixed == 0 ? scan_.Number(4) : std::optional(static_cast<uint32_t>(fixed));
      const auto text = size ? scan_.TakePadded(*size) : std::nullopt;
      if (!text) return false;
      if (*id == kFileName || *id == kLongFileName || *id == kDataObject)
        values.push_back({*id, single, *text});
    }
    return count.has_value();
  }

  // Of a property that has a name in place of a number.
  bool SkipName(uint32_t id) {
    constexpr uint32_t kFirstNamed = 0x8000;
    constexpr size_t kGuid = 16;
    if (id < kFirstNamed) return true;
    const auto guid = scan_.Take(kGuid);
    const auto kind = guid ? scan_.Number(4) : std::nullopt;
    const auto number = kind ? scan_.Number(4) : std::nullopt;  // or the length of a name
    if (!number) return false;
    return *kind == 0 || scan_.TakePadded(*number).has_value();
  }

  Scanner scan_;
};

class Reader {
 public:
  explicit Reader(std::vector<EnclosedFile>& files) : files_(files) {}

  // False: it is broken.
  bool ReadStream(std::string_view content, size_t depth) {
    Scanner scan(content);
    if (scan.Number(4) != kSignature || !scan.Take(2)) return false;
    std::optional<size_t> current;  // the file that the attributes are about
    while (!scan.AtEnd()) {
      const auto level = scan.Number(1);
      const auto tag = level ? scan.Number(4) : std::nullopt;
      const auto size = tag ? scan.Number(4) : std::nullopt;
      const auto data = size ? scan.Take(*size) : std::nullopt;
      if (!data || !scan.Take(2)) return false;  // a checksum, which nobody looks at
      if (!ReadAttribute(*tag, *data, depth, current)) return false;
    }
    return true;
  }

 private:
  bool ReadAttribute(uint32_t tag, std::string_view data, size_t depth,
                     std::optional<size_t>& current) {
    const bool begins = tag == kAttachRendData;
    const bool about_file =
        begins || tag == kAttachTitle || tag == kAttachData || tag == kAttachment;
    if (!about_file) return true;
    if (begins || !current) {
      if (files_.size() >= kMaxFiles) return false;
      current = files_.size();
      files_.emplace_back();
    }
    EnclosedFile& file = files_[*current];
    if (tag == kAttachTitle && file.name.empty()) file.name = TextOf(data, 0);
    if (tag == kAttachData) file.content = data;
    return tag != kAttachment || ReadAttachment(data, depth, *current);
  }

  bool ReadAttachment(std::string_view data, size_t depth, size_t current) {
    std::vector<Value> values;
    const bool good = Properties(data).Read(values);
    for (const Value& value : values) {
      EnclosedFile& file = files_[current];
      const bool names = value.id == kLongFileName || (value.id == kFileName && file.name.empty());
      if (names) file.name = TextOf(value.text, value.type);
      if (value.id == kDataObject && !ReadObject(value.text, depth, current)) return false;
    }
    return good;
  }

  // A message, whose attachments follow, or a document. In front of it stands what kind it is.
  bool ReadObject(std::string_view object, size_t depth, size_t current) {
    constexpr size_t kKind = 16;
    object.remove_prefix(std::min(object.size(), kKind));
    if (IsTnef(object)) return depth < kMaxDepth && ReadStream(object, depth + 1);
    if (files_[current].content.empty()) files_[current].content = object;
    return true;
  }

  std::vector<EnclosedFile>& files_;
};

}  // namespace

bool IsTnef(std::string_view content) {
  return Scanner(content).Number(4) == kSignature;
}

std::vector<EnclosedFile> FilesInTnef(std::string_view content) {
  std::vector<EnclosedFile> files;
  if (!Reader(files).ReadStream(content, 0)) files.push_back({.unreadable = "broken TNEF"});
  return files;
}

}  // namespace spillway
