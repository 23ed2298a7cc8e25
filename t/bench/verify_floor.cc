// SPDX-License-Identifier: BSD-2-Clause
// verify-floor: what verifying one DKIM signature takes of the CPU, by us and by libopendkim,
// beside the least that it can take: SHA-256 of the body as it is, and RSA with a key that has been
// read. Medians of the thread's CPU time in one run.
#include <cstdio>
#include <functional>
#include <stdexcept>

#include "milter/auth/dkim_verify.h"
#include "t/rig/cpu_time.h"
#include "t/rig/dkim_oracle.h"
#include "t/rig/dkim_signer.h"
#include "t/rig/dkim_vectors.h"

namespace spillway {
namespace {

double Median(const std::function<bool()>& step, size_t rounds) {
  return MedianMicroseconds(
      [&step] {
        if (!step()) throw std::runtime_error("a signature did not verify");
      },
      rounds);
}

std::string Body(size_t size) {
  std::string body;
  while (body.size() < size)
    body += "The quick brown fox jumps over  the lazy dog, and on it goes. \r\n";
  return body;
}

class Floor {
 public:
  // One line of the table.
  void Measure(size_t size) {
    const std::string body = Body(size);
    std::vector<HeaderField> fields = vectors::SharedFields();
    fields.insert(fields.begin(), signer_.Sign(fields, body));
    const int rounds = size > 500'000 ? 50 : 400;
    const double least = Median([&] { return Least(body); }, rounds);
    const double ours = Median([&] { return Ours(fields, body); }, rounds);
    const double library = Median([&] { return Library(fields, body); }, rounds);
    std::printf("%9zu %10.1f %10.1f %12.1f %9.2fx %12.2fx\n", size, least, ours, library,
                ours / least, library / least);
  }

 private:
  bool Least(const std::string& body) const {
    key_.Verify(Sha256(body), signature_);
    return true;
  }

  bool Library(const std::vector<HeaderField>& fields, const std::string& body) const {
    return oracle_.Holds(fields, body, signer_.record()).at(0);
  }

  bool Ours(const std::vector<HeaderField>& fields, const std::string& body) {
    BodyHashes hashes;
    DkimVerifier verifier(ours_, keys_, "floor");
    verifier.Headers(fields, hashes);
    verifier.SetKey(0, {DkimKey::Status::kFound, {signer_.record()}, {}});
    hashes.Update(body);
    hashes.Finish();
    verifier.EndOfBody(hashes);
    return verifier.signatures().at(0).state == State::kPass;
  }

  const DkimSigner signer_{DkimSigner::Kind::kRsa, 2048};
  const SignatureKey key_{signer_.record(), "rsa-sha256"};
  const std::string signature_ = std::string(256, '\1');  // as much work as one that holds
  const DkimLibrary ours_{DkimLimits{}};
  KeyCache keys_;
  const DkimOracle oracle_;
};

}  // namespace
}  // namespace spillway

int main() {
  std::printf("rsa-sha256, 2048 bits, relaxed/relaxed; microseconds of CPU for each message\n");
  std::printf("%9s %10s %10s %12s %10s %13s\n", "body", "floor", "spillway", "libopendkim",
              "spillway", "libopendkim");
  spillway::Floor floor;
  for (const size_t size : {size_t{4'000}, size_t{100'000}, size_t{1'000'000}}) floor.Measure(size);
  return 0;
}
