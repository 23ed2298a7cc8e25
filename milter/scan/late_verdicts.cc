// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/late_verdicts.h"

namespace spillway {

namespace {

bool IsVerdict(const ScanReply& reply) {
  return reply.kind != ScanReply::Kind::kError && reply.kind != ScanReply::Kind::kDefer;
}

}  // namespace

void LateVerdicts::Note(const std::string& digest, Entry entry) {
  if (entry.reply && !IsVerdict(*entry.reply)) return;
  const auto known = entries_.find(digest);
  if (known != entries_.end() && known->second.reply && !entry.reply) return;
  const auto [at, fresh] = entries_.insert_or_assign(digest, std::move(entry));
  if (!fresh) return;
  order_.push_back(at->first);
  if (order_.size() <= kMax) return;
  entries_.erase(order_.front());
  order_.pop_front();
}

const LateVerdicts::Entry* LateVerdicts::Find(const std::string& digest, TimePoint now) const {
  const auto found = entries_.find(digest);
  if (found == entries_.end()) return nullptr;
  const Entry& entry = found->second;
  const bool clean = entry.reply && entry.reply->kind == ScanReply::Kind::kClean;
  return now - entry.when > (clean ? kKeepClean : kKeep) ? nullptr : &entry;
}

}  // namespace spillway
