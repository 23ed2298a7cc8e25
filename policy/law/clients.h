// SPDX-License-Identifier: BSD-2-Clause
// The clients and their history: who belongs to which tier of the admission law. Pure; memory is
// fixed at construction, so that millions of addresses need no more of it than a few.
//
//   T0 cannot retry   listed, or learned: in two incidents, what was refused did not come back
//                     within an hour and a half. Only internal and authenticated clients are
//                     learned: else a stranger could become a "printer" by not coming back.
//   T1 submission     authenticated
//   T2 known          had mail accepted on two days; or is on the way back after our 4xx, later
//                     than a minute, which a bot's schedule does not wait for
//   T3 unknown
// Only the address that Postfix saw counts, never HELO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/client/client_lists.h"
#include "milter/client/learned_devices.h"
#include "policy/law/constants.h"

namespace spillway {

enum class Tier : uint8_t { kCannotRetry = 0, kSubmission = 1, kKnown = 2, kUnknown = 3 };
constexpr size_t kTiers = 4;

// Why a client is in its tier.
enum class TierReason : uint8_t {
  kListed,
  kLearned,
  kAuthenticated,
  kReturning,
  kKnownGood,
  kNone
};
std::string_view TierText(TierReason reason);

// One client as a request names it.
struct ClientId {
  Ip address;
  std::string_view user;  // SASL user; empty when not authenticated
  uint32_t mail = 0;      // hash of MAIL FROM and recipient; 0: not known yet
};

struct ClientView {
  Tier tier = Tier::kUnknown;
  TierReason reason = TierReason::kNone;
  double waiting = 0;    // seconds since the first refusal of the streak under way
  uint64_t host = 0;     // hash of the address (IPv6: its /64), or of the user
  uint64_t network = 0;  // hash of the /24 or /64, or of the user
};

// One remembered client. Times are Unix seconds. Part of the state file's format.
struct ClientRecord {
  uint64_t key = 0;              // 0: free
  std::array<char, 60> label{};  // the address, or the beginning of the user's name
  uint32_t mail = 0;             // of the first refusal of the streak under way; 0: not known
  uint8_t kind = 0;              // 4, 6, or 'u'
  uint8_t trusted = 0;
  uint16_t refusals = 0;   // in the streak under way
  uint16_t abandoned = 0;  // streaks that ended without a return
  uint16_t returned = 0;   // streaks that ended with one
  uint16_t good_days = 0;  // on which mail was accepted
  uint16_t last_day = 0;   // of them; days since 1970
  uint32_t first_refused = 0;
  uint32_t last_refused = 0;
  uint32_t last_seen = 0;
  std::string Name() const;
  Ip Address() const;  // not of a user
};
static_assert(sizeof(ClientRecord) == 96 && std::is_trivially_copyable_v<ClientRecord>);

class Clients {
 public:
  struct Options {
    size_t capacity = 65536;  // clients; 96 octets each
    ClientLists lists;
    uint64_t seed = 0;  // of the hashes: a stranger must not choose his place
  };
  explicit Clients(Options options, const Constants& constants);

  ClientView Look(const ClientId& client, int64_t now) const;
  void Admitted(const ClientId& client, int64_t now);
  // A message of the client was accepted, or tempfailed for lateness, which is a refusal as well.
  void Ended(const ClientId& client, bool deferred, int64_t now);
  void Refused(const ClientId& client, int64_t now);

  // For the state file and for people.
  std::vector<ClientRecord> Records() const;
  // Learned to be unable to retry; without users whose name is too long to be kept whole.
  DeviceNames LearnedDevices(int64_t now) const;
  void Restore(const std::vector<ClientRecord>& records, int64_t now);
  const ClientRecord* Find(const ClientId& client) const;
  bool Trusted(const ClientId& client) const;  // internal or authenticated
  uint64_t seed() const { return options_.seed; }

 private:
  // `kind` keeps users apart from addresses with the same octets.
  uint64_t Hash(std::string_view bytes, char kind) const;
  uint64_t Key(const ClientId& client, std::string_view octets) const;
  uint64_t HostKey(const ClientId& client) const;
  uint64_t NetworkKey(const ClientId& client) const;
  ClientRecord& Place(const ClientId& client, uint64_t key, int64_t now);
  size_t SetOf(uint64_t key) const;
  size_t PlaceOf(uint64_t key) const;
  ClientRecord& Least(uint64_t key, int64_t now);
  bool GivenUp(const ClientRecord& record, int64_t now) const;
  bool IsLearned(const ClientRecord& record, int64_t now) const;
  std::pair<int, uint32_t> Worth(const ClientRecord& record, int64_t now) const;
  void CameBack(ClientRecord& record, const ClientId& client, int64_t now) const;

  const Options options_;
  const Constants constants_;
  std::vector<ClientRecord> records_;  // sets of kWays
};

}  // namespace spillway
