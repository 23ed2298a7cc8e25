// SPDX-License-Identifier: BSD-2-Clause
#include <gmime/gmime.h>

#include <algorithm>
#include <optional>

#include "milter/inspect/enclosed_files.h"
#include "milter/inspect/gobject.h"
#include "milter/inspect/inspection.h"
#include "milter/mail/header.h"

namespace spillway {

namespace {

enum class Coding : uint8_t { kUu, kBase64, kYenc };

// The line that begins a file.
struct Beginning {
  Coding coding = Coding::kUu;
  std::string name;
};

std::string_view FirstLine(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// "644 NAME", "0644 NAME".
std::optional<std::string> NameBehindMode(std::string_view rest) {
  const size_t mode = std::min(rest.find_first_not_of("01234567"), rest.size());
  if ((mode != 3 && mode != 4) || mode == rest.size() || rest[mode] != ' ') return std::nullopt;
  return std::string(Trim(rest.substr(mode)));
}

std::optional<Beginning> BeginningIn(std::string_view line) {
  for (const auto& [word, coding] :
       {std::pair(std::string_view("begin "), Coding::kUu),
        std::pair(std::string_view("begin-base64 "), Coding::kBase64)}) {
    if (!line.starts_with(word)) continue;
    if (auto name = NameBehindMode(line.substr(word.size()))) return Beginning{coding, *name};
  }
  constexpr std::string_view kName = " name=";
  const size_t name = line.find(kName);
  if (!line.starts_with("=ybegin ") || name == std::string_view::npos) return std::nullopt;
  return Beginning{Coding::kYenc, std::string(Trim(line.substr(name + kName.size())))};
}

// The length of the lines up to the end of the file, or to where another one begins.
size_t LengthOf(std::string_view lines, Coding coding) {
  size_t at = 0;
  while (at < lines.size()) {
    const std::string_view line = FirstLine(lines.substr(at));
    const std::string_view word = Trim(line);
    if (word == (coding == Coding::kUu ? "end" : "====") || BeginningIn(line)) return at;
    at = std::min(at + line.size() + 1, lines.size());
  }
  return at;
}

// `lines`, and for uuencode the line that begins it, which GMime's decoder looks for.
std::string Decoded(std::string_view lines, Coding coding) {
  const Ref<GMimeStream> memory(g_mime_stream_mem_new());
  const Ref<GMimeStream> stream(g_mime_stream_filter_new(memory.get()));
  const auto encoding =
      coding == Coding::kUu ? GMIME_CONTENT_ENCODING_UUENCODE : GMIME_CONTENT_ENCODING_BASE64;
  const Ref<GMimeFilter> decoder(g_mime_filter_basic_new(encoding, FALSE));
  g_mime_stream_filter_add(GMIME_STREAM_FILTER(stream.get()), decoder.get());
  if (coding == Coding::kUu) g_mime_stream_write(stream.get(), "begin 644 x\n", 12);
  g_mime_stream_write(stream.get(), lines.data(), lines.size());
  g_mime_stream_flush(stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

EnclosedFile FileOf(const Beginning& beginning, std::string_view lines) {
  EnclosedFile file{.name = beginning.name};
  if (beginning.coding == Coding::kYenc)
    file.unreadable = "a file in yEnc";
  else
    file.content = Decoded(lines, beginning.coding);
  return file;
}

}  // namespace

std::vector<EnclosedFile> FilesInText(std::string_view text) {
  std::vector<EnclosedFile> files;
  while (!text.empty() && files.size() <= InspectionLimits::kParts) {
    const std::string_view line = FirstLine(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto beginning = BeginningIn(line);
    if (!beginning) continue;
    const size_t length = LengthOf(text, beginning->coding);
    files.push_back(FileOf(*beginning, text.substr(0, length)));
    text.remove_prefix(length);
  }
  return files;
}

}  // namespace spillway
