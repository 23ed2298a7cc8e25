// SPDX-License-Identifier: BSD-2-Clause
// A field is a letter, the length of its value, and the value. 'P' begins a part and 'M' a member;
// what follows is about the last one.
#include "milter/inspect/inspection.h"

#include "milter/base/big_endian.h"

namespace spillway {

namespace {

void Put(char tag, std::string_view value, std::string& out) {
  out += tag;
  out += Big32(static_cast<uint32_t>(value.size()));
  out += value;
}

void PutIf(char tag, std::string_view value, std::string& out) {
  if (!value.empty()) Put(tag, value, out);
}

void PutPart(const MimePart& part, std::string& out) {
  Put('P', part.path, out);
  PutIf('d', part.declared_type, out);
  PutIf('f', part.found_type, out);
  for (const std::string& name : part.names) Put('n', name, out);
  PutIf('s', std::to_string(part.size), out);
  if (part.encrypted) Put('e', {}, out);
  if (part.macros) Put('m', {}, out);
  PutIf('u', part.unreadable, out);
  for (const ArchiveMember& member : part.members)
    Put(member.encrypted ? 'X' : 'M', member.name, out);
}

// Who writes more than the inspector does is not it.
template <typename List, typename Value>
bool AddTo(List& list, size_t most, Value value) {
  if (list.size() >= most) return false;
  list.push_back(std::move(value));
  return true;
}

bool TakePartField(char tag, std::string_view value, MimePart& part) {
  using Limits = InspectionLimits;
  switch (tag) {
    case 'd':
      part.declared_type = value;
      return true;
    case 'f':
      part.found_type = value;
      return true;
    case 'n':
      return AddTo(part.names, Limits::kNames, std::string(value));
    case 's':
      part.size = std::strtoull(std::string(value).c_str(), nullptr, 10);
      return true;
    case 'e':
      return part.encrypted = true;
    case 'm':
      return part.macros = true;
    case 'u':
      part.unreadable = value;
      return true;
    case 'M':
    case 'X':
      return AddTo(part.members, Limits::kMembers, ArchiveMember{std::string(value), tag == 'X'});
    default:
      return false;
  }
}

bool Take(char tag, std::string_view value, Inspection& out) {
  using Limits = InspectionLimits;
  switch (tag) {
    case 'A':
      return AddTo(out.ambiguities, Limits::kAmbiguities, std::string(value));
    case 'U':
      out.unreadable = value;
      return true;
    case 'T':
      out.text = value;
      return true;
    case 'R':
      out.unread = value;
      return true;
    case 'H':
      return AddTo(out.hosts, Limits::kHosts, std::string(value));
    case 'P':
      return AddTo(out.parts, Limits::kParts, MimePart{.path = std::string(value)});
    default:
      return !out.parts.empty() && TakePartField(tag, value, out.parts.back());
  }
}

}  // namespace

std::string Encode(const Inspection& inspection) {
  std::string out;
  for (const std::string& text : inspection.ambiguities) Put('A', text, out);
  PutIf('U', inspection.unreadable, out);
  PutIf('T', inspection.text, out);
  PutIf('R', inspection.unread, out);
  for (const std::string& host : inspection.hosts) Put('H', host, out);
  for (const MimePart& part : inspection.parts) PutPart(part, out);
  return out;
}

std::optional<Inspection> DecodeInspection(std::string_view text) {
  constexpr size_t kHead = 5;
  Inspection out;
  while (!text.empty()) {
    if (text.size() < kHead) return std::nullopt;
    const char tag = text[0];
    const size_t size = FromBig32(text.data() + 1);
    text.remove_prefix(kHead);
    if (size > text.size() || !Take(tag, text.substr(0, size), out)) return std::nullopt;
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace spillway
