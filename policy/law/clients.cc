// SPDX-License-Identifier: BSD-2-Clause
// A set-associative table: a key has kWays places; a new client takes the place of the record with
// the lowest Worth().
#include "policy/law/clients.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "milter/base/fnv.h"

namespace spillway {

namespace {

constexpr size_t kWays = 8;

template <typename Number>
void Increment(Number& number) {
  if (number < std::numeric_limits<Number>::max()) ++number;
}

}  // namespace

std::string_view TierText(TierReason reason) {
  constexpr std::array<std::string_view, 6> kTexts = {
      "listed in [clients] cannot_retry",
      "refused in two incidents and never came back",
      "authenticated",
      "on the way back after a refusal",
      "had mail accepted on several days",
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

Clients::Clients(Options options, const Constants& constants)
    : options_(std::move(options)), constants_(constants) {
  const size_t sets = std::max<size_t>(1, options_.capacity / kWays);
  records_.resize(sets * kWays);
}

// FNV-1a, then the finalizer of MurmurHash3, both seeded: cheap, and not to be steered from
// outside.
uint64_t Clients::Hash(std::string_view bytes, char kind) const {
  uint64_t hash = Fnv1a(bytes, Fnv1a(kind, kFnvBasis ^ options_.seed));
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

// The streak under way ended without a return.
bool Clients::GivenUp(const ClientRecord& record, int64_t now) const {
  return record.refusals > 0 &&
         static_cast<double>(now - record.last_refused) > constants_.comeback;
}

bool Clients::IsLearned(const ClientRecord& record, int64_t now) const {
  const int times = record.abandoned + (GivenUp(record, now) ? 1 : 0);
  return record.trusted != 0 && record.returned == 0 && times >= constants_.times;
}

// What is worth keeping: learned devices first, then clients of our own, then those that have
// earned something or may come back, then clients seen recently. Strangers never replace clients of
// our own.
std::pair<int, uint32_t> Clients::Worth(const ClientRecord& record, int64_t now) const {
  const int rank = (record.key != 0 ? 1 : 0) + (IsLearned(record, now) ? 4 : 0) +
                   (record.trusted != 0 ? 2 : 0) +
                   (record.refusals > 0 || record.good_days > 0 ? 1 : 0);
  return {rank, record.last_seen};
}

const ClientRecord* Clients::Find(const ClientId& client) const {
  const size_t at = PlaceOf(HostKey(client));
  return at < records_.size() ? &records_[at] : nullptr;
}

size_t Clients::SetOf(uint64_t key) const {
  return key % (records_.size() / kWays) * kWays;
}

// Beyond the records when there is none.
size_t Clients::PlaceOf(uint64_t key) const {
  const size_t first = SetOf(key);
  for (size_t at = first; at < first + kWays; ++at) {
    if (records_[at].key == key) return at;
  }
  return records_.size();
}

// The one that a new client with this key replaces.
ClientRecord& Clients::Least(uint64_t key, int64_t now) {
  ClientRecord* const first = records_.data() + SetOf(key);
  return *std::min_element(first, first + kWays, [this, now](const auto& a, const auto& b) {
    return Worth(a, now) < Worth(b, now);
  });
}

ClientView Clients::Look(const ClientId& client, int64_t now) const {
  const ClientRecord* record = Find(client);
  ClientView view;
  view.host = HostKey(client);
  view.network = NetworkKey(client);
  if (record != nullptr && record->refusals > 0 && !GivenUp(*record, now))
    view.waiting = static_cast<double>(now - record->first_refused);
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
  if (view.waiting > constants_.minute) return be(Tier::kKnown, TierReason::kReturning);
  if (record != nullptr && record->good_days >= constants_.times)
    return be(Tier::kKnown, TierReason::kKnownGood);
  return view;
}

ClientRecord& Clients::Place(const ClientId& client, uint64_t key, int64_t now) {
  if (const size_t at = PlaceOf(key); at < records_.size()) return records_[at];
  ClientRecord& least = Least(key, now);
  least = ClientRecord{};
  least.key = key;
  least.trusted = Trusted(client) ? 1 : 0;
  if (client.user.empty()) {
    least.kind = client.address.is_v4() ? 4 : 6;
    std::memcpy(least.label.data(), client.address.bytes(), client.address.is_v4() ? 4 : 16);
  } else {
    least.kind = 'u';
    client.user.copy(least.label.data(), least.label.size());
  }
  return least;
}

// Ends the streak under way where its time is over, or where the client is back with what was
// refused. Another message of the same client, a later scan say, is no return.
void Clients::CameBack(ClientRecord& record, const ClientId& client, int64_t now) const {
  if (record.refusals == 0) return;
  const bool same = record.mail == 0 || client.mail == 0 || record.mail == client.mail;
  if (GivenUp(record, now))
    Increment(record.abandoned);
  else if (same)
    Increment(record.returned);
  else
    return;
  record.refusals = 0;
}

void Clients::Admitted(const ClientId& client, int64_t now) {
  ClientRecord& record = Place(client, HostKey(client), now);
  CameBack(record, client, now);
  record.last_seen = static_cast<uint32_t>(now);
}

void Clients::Ended(const ClientId& client, bool deferred, int64_t now) {
  constexpr int64_t kDay = 86400;
  if (deferred) return Refused(client, now);
  const size_t at = PlaceOf(HostKey(client));
  if (at == records_.size()) return;
  ClientRecord& record = records_[at];
  CameBack(record, client, now);
  const auto day = static_cast<uint16_t>(now / kDay);
  if (record.last_day == day) return;
  record.last_day = day;
  Increment(record.good_days);
}

void Clients::Refused(const ClientId& client, int64_t now) {
  ClientRecord& record = Place(client, HostKey(client), now);
  if (GivenUp(record, now)) CameBack(record, client, now);
  if (record.refusals == 0) {
    record.first_refused = static_cast<uint32_t>(now);
    record.mail = client.mail;
  }
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
    ClientRecord& least = Least(record.key, now);
    if (Worth(least, now) < Worth(record, now)) least = record;
  }
}

}  // namespace spillway
