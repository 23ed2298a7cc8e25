// SPDX-License-Identifier: BSD-2-Clause
// Header, records, checksum; in the machine's own byte order, for this machine only.
#include "policy/memory_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "milter/base/fd.h"

namespace spillway {

namespace {

constexpr uint64_t kMagic = 0x315245544e454c46;  // the bytes "FLENTER1"
constexpr size_t kMaxFile = 512U << 20;

struct Header {
  uint64_t magic = kMagic;
  uint64_t seed = 0;
  double no_load = 0;
  double late_floor = 0;
  double arrivals = 0;
  uint64_t clients = 0;
  uint64_t checksum = 0;  // of all records, and of this header with 0 here
};
static_assert(sizeof(Header) == 56);

uint64_t Checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string Encode(const Memory& memory) {
  Header header;
  header.seed = memory.seed;
  header.no_load = memory.learned.no_load;
  header.late_floor = memory.learned.late_floor;
  header.arrivals = memory.learned.arrivals;
  header.clients = memory.clients.size();
  std::string bytes(sizeof(Header) + memory.clients.size() * sizeof(ClientRecord), '\0');
  std::memcpy(bytes.data(), &header, sizeof(header));
  if (!memory.clients.empty())
    std::memcpy(bytes.data() + sizeof(header), memory.clients.data(),
                memory.clients.size() * sizeof(ClientRecord));
  header.checksum = Checksum(bytes);
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

bool Sane(const Learned& learned) {
  const auto good = [](double value, double most) {
    return std::isfinite(value) && value >= 0 && value <= most;
  };
  return good(learned.no_load, 3600) && good(learned.late_floor, 1) && good(learned.arrivals, 1e6);
}

// False when the bytes are not what Encode() makes.
bool Decode(std::string bytes, Memory& out) {
  Header header;
  if (bytes.size() < sizeof(header)) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const size_t rest = bytes.size() - sizeof(header);
  if (header.magic != kMagic || rest / sizeof(ClientRecord) != header.clients ||
      rest % sizeof(ClientRecord) != 0) {
    return false;
  }
  const uint64_t checksum = header.checksum;
  header.checksum = 0;
  std::memcpy(bytes.data(), &header, sizeof(header));
  out.learned = {header.no_load, header.late_floor, header.arrivals};
  if (Checksum(bytes) != checksum || !Sane(out.learned)) return false;
  out.seed = header.seed;
  out.clients.resize(header.clients);
  if (rest > 0) std::memcpy(out.clients.data(), bytes.data() + sizeof(header), rest);
  return true;
}

}  // namespace

void SaveMemory(const std::string& path, const Memory& memory) {
  const std::string fresh = path + ".new";
  const auto fail = [](const std::string& where) {
    throw std::system_error(errno, std::generic_category(), where);
  };
  const std::string bytes = Encode(memory);
  Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd.valid()) fail(fresh);
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR) fail(fresh);
    done += n > 0 ? static_cast<size_t>(n) : 0;
  }
  if (::fsync(fd.get()) != 0) fail(fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail(path);
}

LoadedMemory LoadMemory(const std::string& path) {
  LoadedMemory out;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    if (errno != ENOENT) out.error = path + ": " + std::strerror(errno);
    return out;
  }
  const auto size = static_cast<size_t>(file.tellg());
  std::string bytes(size <= kMaxFile ? size : 0, '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) ||
      !Decode(std::move(bytes), out.memory)) {
    out.memory = {};
    out.error = path + ": damaged, starting without what was learned";
  }
  return out;
}

}  // namespace spillway
