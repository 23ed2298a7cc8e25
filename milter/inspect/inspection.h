// SPDX-License-Identifier: BSD-2-Clause
// What a message contains, as facts: its parts with declared and detected types. The checks judge
// the facts. The inspector process collects them and sends them in a format of our own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// A file that an archive lists.
struct ArchiveMember {
  std::string name;
  bool encrypted = false;
};

// A leaf of the message's tree (RFC 2045), or a file that is uuencoded in a text.
struct MimePart {
  std::string path;                // "1.2": the second part of the first
  std::string declared_type;       // in lower case; empty when there is none
  std::string found_type;          // by its content; empty when there is no content
  std::vector<std::string> names;  // all that anybody might read as its file name; UTF-8
  uint64_t size = 0;               // decoded
  bool encrypted = false;          // an archive, or a document, that wants a password
  bool macros = false;             // an Office file that has some
  std::string unreadable;          // why its inside could not be looked at whole
  std::vector<ArchiveMember> members;
};

struct Inspection {
  std::vector<MimePart> parts;
  // What different readers may understand differently.
  std::vector<std::string> ambiguities;
  // Why the message could not be looked at whole.
  std::string unreadable;
  // Only when they were asked for: what one can read of its texts, in UTF-8, and the hosts that
  // their URLs lead to.
  std::string text;
  std::vector<std::string> hosts;
  std::string unread;  // why that is not all

  // Why the texts were not read whole; empty: they were.
  const std::string& text_missing() const { return unreadable.empty() ? unread : unreadable; }
};

// What a check wants to know besides the parts.
struct InspectionWish {
  bool text = false;
  bool hosts = false;
};

// Limits of what is looked at; more is `unreadable`.
struct InspectionLimits {
  static constexpr size_t kParts = 1000;
  static constexpr size_t kDepth = 50;             // multiparts and messages around a part
  static constexpr size_t kMembers = 10000;        // of all archives together
  static constexpr size_t kMemberNames = 2 << 20;  // their octets
  static constexpr size_t kNames = 32;             // of a part
  static constexpr size_t kNameSize = 1024;
  static constexpr size_t kAmbiguities = 16;
  static constexpr size_t kText = 1 << 20;
  static constexpr size_t kHosts = 100;
  static constexpr uint64_t kUnpacked = 256 << 20;  // octets that compressed archives make
};

std::string Encode(const Inspection& inspection);
// nullopt for what Encode() does not write; asks for no more memory than a few times `text`.
std::optional<Inspection> DecodeInspection(std::string_view text);

}  // namespace spillway
