// SPDX-License-Identifier: BSD-2-Clause
// Weak pointers in the callbacks: nobody but its server waits for a probe.
#include "milter/scan/scanner_probe.h"

namespace spillway {

void ScannerProbe::Set(Duration wait) {
  timer_.expires_after(wait);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (self && !stopped) self->Ask();
  });
}

void ScannerProbe::Ask() {
  exchange_ = std::make_shared<Exchange>(
      ScanSocket(io_),
      [weak = weak_from_this()](std::string_view input) {
        const auto self = weak.lock();
        return self ? self->protocol_.ReadPong(input) : ScanReply{};
      },
      [weak = weak_from_this()](const Exchange::Outcome& outcome) {
        const auto self = weak.lock();
        const bool alive = outcome.error.empty() && outcome.reply.kind == ScanReply::Kind::kClean;
        if (self) self->Ended(alive);
      });
  exchange_->Send(protocol_.Ping());
  exchange_->Connect(address_);
  timer_.expires_after(kPatience);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code stopped) {
    const auto self = weak.lock();
    if (self && !stopped) self->Ended(false);
  });
}

void ScannerProbe::Ended(bool alive) {
  if (!exchange_) return;
  exchange_->Cancel();
  exchange_.reset();
  timer_.cancel();
  done_(alive);
}

}  // namespace spillway
