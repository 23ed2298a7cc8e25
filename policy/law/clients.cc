// SPDX-License-Identifier: BSD-2-Clause
// A set-associative table: a key has kWays places; a new client takes the place of the record with
// the lowest Worth().
#include "policy/law/clients.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace spillway {

namespace {

constexpr size_t kWays = 8;

template <typename Number>
void Increment(Number& number) {
  if (number < std::numeric_limits<Number>::max()) ++number;
}

uint16_t Abandoned(const ClientRecord& record, int64_t now) {
  const bool open = record.refusals > 0 && now - record.last_refused > Clients::kReturnWithin;
  return static_cast<uint16_t>(record.abandoned + (open ? 1 : 0));
}

bool IsLearned(const ClientRecord& record, int64_t now) {
  return record.trusted != 0 && record.returned == 0 &&
         Abandoned(record, now) >= Clients::kLearnAfter &&
         now - record.last_refused < Clients::kLearnedFor;
}

// What is worth keeping: learned devices first, then clients that were refused and may come back,
// then clients seen recently.
int64_t Worth(const ClientRecord& record, int64_t now) {
  if (record.key == 0) return -1;
  constexpr int64_t kDay = 86400;
  return record.last_seen + (IsLearned(record, now) ? 90 * kDay : 0) +
         (record.refusals > 0 ? kDay : 0);
}

}  // namespace

std::string_view TierText(TierReason reason) {
  constexpr std::array<std::string_view, 6> kTexts = {"listed in [clients] cannot_retry",
                                                      "refused three times and never came back",
                                                      "authenticated",
                                                      "on the way back after a refusal",
                                                      "admitted before",
                                                      "not seen before"};
  return kTexts[static_cast<size_t>(reason)];
}

std::string ClientRecord::Name() const {
  if (kind == 'u') return {label.data(), strnlen(label.data(), label.size())};
  return Address().ToString();
}

Ip ClientRecord::Address() const {
  const auto* bytes = reinterpret_cast<const uint8_t*>(label.data());
  return kind == 4 ? Ip::FromBytes4(bytes) : Ip::FromBytes16(bytes);
}

Clients::Clients(Options options) : options_(std::move(options)) {
  const size_t sets = std::max<size_t>(1, options_.capacity / kWays);
  records_.resize(sets * kWays);
}

// FNV-1a, then the finalizer of MurmurHash3, both seeded: cheap, and not to be steered from
// outside.
uint64_t Clients::Hash(std::string_view bytes, char kind) const {
  uint64_t hash =
      (0xcbf29ce484222325 ^ options_.seed ^ static_cast<uint64_t>(kind)) * 0x100000001b3;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccd;
  hash ^= hash >> 33;
  return hash == 0 ? 1 : hash;
}

uint64_t Clients::Key(const ClientId& client, std::string_view octets) const {
  return client.user.empty() ? Hash(octets, 'a') : Hash(client.user, 'u');
}

uint64_t Clients::HostKey(const ClientId& client) const {
  return Key(client, client.address.HostOctets());
}

uint64_t Clients::NetworkKey(const ClientId& client) const {
  const std::string_view host = client.address.HostOctets();
  return Key(client, client.address.is_v4() ? host.substr(0, 3) : host);
}

bool Clients::Trusted(const ClientId& client) const {
  return !client.user.empty() || options_.lists.Internal(client.address);
}

const ClientRecord* Clients::Find(const ClientId& client) const {
  const uint64_t key = HostKey(client);
  const size_t first = key % (records_.size() / kWays) * kWays;
  for (size_t i = first; i < first + kWays; ++i) {
    if (records_[i].key == key) return &records_[i];
  }
  return nullptr;
}

ClientView Clients::Look(const ClientId& client, int64_t now) const {
  const ClientRecord* record = Find(client);
  ClientView view;
  view.host = HostKey(client);
  view.network = NetworkKey(client);
  const bool returning =
      record != nullptr && record->refusals > 0 && now - record->last_refused <= 5 * 86400;
  if (returning) view.waiting = static_cast<double>(now - record->first_refused);
  const auto be = [&view](Tier tier, TierReason reason) {
    view.tier = tier;
    view.reason = reason;
    return view;
  };
  if (options_.lists.CannotRetry(client.address, client.user))
    return be(Tier::kCannotRetry, TierReason::kListed);
  // The internal networks may have changed since the device was learned.
  if (record != nullptr && Trusted(client) && IsLearned(*record, now))
    return be(Tier::kCannotRetry, TierReason::kLearned);
  if (!client.user.empty()) return be(Tier::kSubmission, TierReason::kAuthenticated);
  if (returning) return be(Tier::kKnown, TierReason::kReturning);
  if (record != nullptr && record->admitted >= kKnownAfter)
    return be(Tier::kKnown, TierReason::kKnownGood);
  return view;
}

ClientRecord& Clients::Place(const ClientId& client, uint64_t key, int64_t now) {
  const auto first =
      records_.begin() + static_cast<std::ptrdiff_t>(key % (records_.size() / kWays) * kWays);
  const auto last = first + kWays;
  const auto found = std::find_if(first, last, [key](const auto& r) { return r.key == key; });
  if (found != last) return *found;
  const auto least = std::min_element(
      first, last, [now](const auto& a, const auto& b) { return Worth(a, now) < Worth(b, now); });
  *least = ClientRecord{};
  least->key = key;
  least->trusted = Trusted(client) ? 1 : 0;
  if (client.user.empty()) {
    least->kind = client.address.is_v4() ? 4 : 6;
    std::memcpy(least->label.data(), client.address.bytes(), client.address.is_v4() ? 4 : 16);
  } else {
    least->kind = 'u';
    client.user.copy(least->label.data(), least->label.size());
  }
  return *least;
}

void Clients::EndStreak(ClientRecord& record, int64_t now) {
  if (record.refusals == 0) return;
  if (now - record.last_refused > kReturnWithin)
    Increment(record.abandoned);
  else
    Increment(record.returned);
  record.refusals = 0;
}

void Clients::Admitted(const ClientId& client, int64_t now) {
  ClientRecord& record = Place(client, HostKey(client), now);
  EndStreak(record, now);
  Increment(record.admitted);
  record.last_seen = static_cast<uint32_t>(now);
}

void Clients::Refused(const ClientId& client, int64_t now) {
  ClientRecord& record = Place(client, HostKey(client), now);
  if (record.refusals > 0 && now - record.last_refused > kReturnWithin) EndStreak(record, now);
  if (record.refusals == 0) record.first_refused = static_cast<uint32_t>(now);
  Increment(record.refusals);
  record.last_refused = record.last_seen = static_cast<uint32_t>(now);
}

std::vector<ClientRecord> Clients::Records() const {
  std::vector<ClientRecord> out;
  for (const ClientRecord& record : records_) {
    if (record.key != 0) out.push_back(record);
  }
  return out;
}

DeviceNames Clients::LearnedDevices(int64_t now) const {
  DeviceNames out;
  for (const ClientRecord& record : records_) {
    if (record.key == 0 || !IsLearned(record, now)) continue;
    if (record.kind != 'u')
      out.addresses.push_back(record.Address());
    else if (record.label.back() == '\0')
      out.users.push_back(record.Name());
  }
  return out;
}

void Clients::Restore(const std::vector<ClientRecord>& records, int64_t now) {
  for (const ClientRecord& record : records) {
    if (record.key == 0) continue;
    const size_t first = record.key % (records_.size() / kWays) * kWays;
    auto* const begin = records_.data() + first;
    auto* const least = std::min_element(begin, begin + kWays, [now](const auto& a, const auto& b) {
      return Worth(a, now) < Worth(b, now);
    });
    if (Worth(*least, now) < Worth(record, now)) *least = record;
  }
}

}  // namespace spillway
