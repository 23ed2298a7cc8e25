// SPDX-License-Identifier: BSD-2-Clause
#include "conf/dns_list.h"

#include <algorithm>
#include <charconv>

#include "conf/signing_table.h"

namespace spillway {

namespace {

std::optional<int> ParseInt(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

// "4" or "2..11".
bool AddRange(std::string_view text, DnsList::Octet& octet) {
  const size_t dots = text.find("..");
  const auto first = ParseInt(text.substr(0, dots), 0, 255);
  const auto last =
      dots == std::string_view::npos ? first : ParseInt(text.substr(dots + 2), 0, 255);
  if (!first || !last || *first > *last) return false;
  for (int i = *first; i <= *last; ++i) octet.set(static_cast<size_t>(i));
  return true;
}

// "4" or "[2;4..8]"; takes it off `text`.
bool ReadOctet(std::string_view& text, DnsList::Octet& octet) {
  if (!text.starts_with('[')) {
    const size_t end = std::min(text.find('.'), text.size());
    const bool good = AddRange(text.substr(0, end), octet);
    text.remove_prefix(end);
    return good;
  }
  const size_t close = text.find(']');
  if (close == std::string_view::npos) return false;
  std::string_view inside = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
  for (;;) {
    const size_t semicolon = inside.find(';');
    if (!AddRange(inside.substr(0, semicolon), octet)) return false;
    if (semicolon == std::string_view::npos) return true;
    inside.remove_prefix(semicolon + 1);
  }
}

bool ReadAnswers(std::string_view text, std::array<DnsList::Octet, 4>& answers) {
  for (size_t i = 0; i < answers.size(); ++i) {
    if (i > 0 && !text.starts_with('.')) return false;
    if (i > 0) text.remove_prefix(1);
    if (!ReadOctet(text, answers[i])) return false;
  }
  return text.empty();
}

}  // namespace

std::optional<DnsList> DnsList::Parse(std::string_view text) {
  DnsList out;
  const size_t star = text.rfind('*');
  if (star != std::string_view::npos) {
    constexpr int kMaxWeight = 100;
    const auto weight = ParseInt(text.substr(star + 1), -kMaxWeight, kMaxWeight);
    if (!weight) return std::nullopt;
    out.weight = *weight;
    text = text.substr(0, star);
  }
  const size_t equals = text.find('=');
  const std::string_view zone = text.substr(0, equals);
  if (!IsDomain(zone)) return std::nullopt;
  std::transform(zone.begin(), zone.end(), std::back_inserter(out.zone), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  if (equals != std::string_view::npos)
    return ReadAnswers(text.substr(equals + 1), out.answers) ? std::optional(out) : std::nullopt;
  for (Octet& octet : out.answers) octet.set();
  out.answers[0].reset();
  out.answers[0].set(127);
  return out;
}

bool DnsList::Counts(const std::array<uint8_t, 4>& answer) const {
  for (size_t i = 0; i < answer.size(); ++i) {
    if (!answers[i].test(answer[i])) return false;
  }
  return true;
}

}  // namespace spillway
