// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/job.h"

#include <boost/asio/post.hpp>

#include "milter/auth/canonical.h"
#include "milter/scan/core.h"

namespace spillway {

ScanJob::ScanJob(std::shared_ptr<Scanner::Core> core, ScanSubject subject, ScanUrgency urgency)
    : ScanTask(core->where()),
      core_(std::move(core)),
      subject_(std::move(subject)),
      urgency_(urgency) {}

void ScanJob::Send(Content::Piece piece) {
  boost::asio::post(core_->io(), [self = shared_from_this(), piece = std::move(piece)] {
    self->pieces_.push_back(piece);
    self->core_->Advance(self);
  });
}

// A scanner that streams does not get the envelope, so its digest leaves the envelope out.
std::string ScanJob::Digest(const std::vector<Content::Piece>& whole) const {
  std::string text;
  if (!core_->protocol().streams()) {
    text = subject_.client_address + '\0' + subject_.helo + '\0' + subject_.mail_from + '\0' +
           subject_.user + '\0';
    for (const std::string& recipient : subject_.recipients) text += recipient + '\0';
  }
  for (const Content::Piece& piece : whole) text += *piece;
  return Sha256(text);
}

void ScanJob::End(const std::vector<Content::Piece>& whole, Deadline deadline) {
  std::string digest = core_->remembers() ? Digest(whole) : "";
  boost::asio::post(core_->io(), [self = shared_from_this(), digest = std::move(digest), deadline] {
    self->ended_ = true;
    self->deadline_ = deadline.at();
    self->digest_ = digest;
    self->core_->Ended(self);
  });
}

void ScanJob::GiveUp(bool late) {
  boost::asio::post(core_->io(), [self = shared_from_this(), late] {
    if (late)
      self->core_->Late(self);
    else
      self->core_->Abandoned(self);
  });
}

void ScanJob::Dispatched(size_t to) {
  back_end_ = to;
  opened_ = closed_ = false;
  fed_ = 0;
}

void ScanJob::Failed(size_t at, const std::string& why) {
  tried_ |= uint64_t{1} << at;
  why_ = why;
}

void ScanJob::Feed(const ScanProtocol& protocol, bool fresh) {
  if (!exchange_ || closed_ || (!ended_ && !protocol.streams())) return;
  if (!opened_) exchange_->Send(protocol.Open(subject_, fresh));
  opened_ = true;
  for (; fed_ < pieces_.size(); ++fed_)
    exchange_->Send(protocol.Frame(pieces_[fed_]->size()), pieces_[fed_]);
  if (!ended_) return;
  closed_ = true;
  if (std::string end = protocol.Close(); !end.empty()) exchange_->Send(std::move(end));
}

}  // namespace spillway
