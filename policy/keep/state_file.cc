// SPDX-License-Identifier: BSD-2-Clause
// Header, records, checksum; in the machine's own byte order, for this machine only.
#include "policy/keep/state_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "milter/base/fnv.h"
#include "milter/base/replace_file.h"

namespace spillway {

namespace {

constexpr uint64_t kMagic = 0x3245544154535053;  // the bytes "SPSTATE2"
// Older formats, which are read and not written: "SPSTATE1", and the same under an older name of
// the project, "FLENTER4". They counted how often a client was admitted, not on how many days.
constexpr std::array<uint64_t, 2> kFormerMagic = {0x3145544154535053, 0x345245544e454c46};
constexpr size_t kMaxFile = 512U << 20;

struct Header {
  uint64_t magic = kMagic;
  uint64_t seed = 0;
  double no_load = 0;
  double late_floor = 0;
  double arrivals = 0;
  double deferred_floor = 0;
  double limit = 0;
  int64_t saved = 0;
  uint64_t clients = 0;
  uint64_t checksum = 0;  // of all records, and of this header with 0 here
};
static_assert(sizeof(Header) == 80);

std::string Encode(const SavedState& state) {
  Header header;
  header.seed = state.seed;
  header.no_load = state.learned.no_load;
  header.late_floor = state.learned.late_floor;
  header.arrivals = state.learned.arrivals;
  header.deferred_floor = state.learned.deferred_floor;
  header.limit = state.limit;
  header.saved = state.saved;
  header.clients = state.clients.size();
  std::string bytes(sizeof(Header) + state.clients.size() * sizeof(ClientRecord), '\0');
  std::memcpy(bytes.data(), &header, sizeof(header));
  if (!state.clients.empty())
    std::memcpy(bytes.data() + sizeof(header), state.clients.data(),
                state.clients.size() * sizeof(ClientRecord));
  header.checksum = Fnv1a(bytes);
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

bool Good(double value, double most) {
  return std::isfinite(value) && value >= 0 && value <= most;
}

bool Sane(const Learned& learned) {
  return Good(learned.no_load, 3600) && Good(learned.late_floor, 1) &&
         Good(learned.deferred_floor, 1) && Good(learned.arrivals, 1e6);
}

// A record of an older format: where the days stand now, it had one count.
void Renew(ClientRecord& record) {
  constexpr uint32_t kOften = 5;  // what was enough to be known
  const uint32_t admitted = record.good_days | static_cast<uint32_t>(record.last_day) << 16;
  record.mail = 0;
  record.good_days = admitted >= kOften ? kOften : 0;
  record.last_day = 0;
}

// False when the bytes are not what Encode() makes.
bool Decode(std::string bytes, SavedState& out) {
  Header header;
  if (bytes.size() < sizeof(header)) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const size_t rest = bytes.size() - sizeof(header);
  const bool former = std::ranges::count(kFormerMagic, header.magic) > 0;
  if ((header.magic != kMagic && !former) || rest / sizeof(ClientRecord) != header.clients ||
      rest % sizeof(ClientRecord) != 0) {
    return false;
  }
  const uint64_t checksum = header.checksum;
  header.checksum = 0;
  std::memcpy(bytes.data(), &header, sizeof(header));
  out.learned = {header.no_load, header.late_floor, header.arrivals, header.deferred_floor};
  out.limit = header.limit;
  out.saved = header.saved;
  if (Fnv1a(bytes) != checksum || !Sane(out.learned) || !Good(out.limit, 1e6)) return false;
  out.seed = header.seed;
  out.clients.resize(header.clients);
  if (rest > 0) std::memcpy(out.clients.data(), bytes.data() + sizeof(header), rest);
  if (former) std::for_each(out.clients.begin(), out.clients.end(), Renew);
  return true;
}

}  // namespace

void SaveState(const std::string& path, const SavedState& state) {
  ReplaceFile(path, Encode(state), 0600);
}

LoadedState LoadState(const std::string& path) {
  LoadedState out;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    if (errno != ENOENT) out.error = path + ": " + std::strerror(errno);
    return out;
  }
  const auto size = static_cast<size_t>(file.tellg());
  std::string bytes(size <= kMaxFile ? size : 0, '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) ||
      !Decode(std::move(bytes), out.state)) {
    out.state = {};
    out.error = path + ": damaged, starting without what was learned";
  }
  return out;
}

}  // namespace spillway
