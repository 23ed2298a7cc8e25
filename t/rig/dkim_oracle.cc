// SPDX-License-Identifier: BSD-2-Clause
#include "t/rig/dkim_oracle.h"

#include <algorithm>
#include <memory>

using _Bool = bool;  // NOLINT(bugprone-reserved-identifier): dkim.h speaks C99

extern "C" {
#include <opendkim/dkim.h>
}

namespace spillway {

namespace {

unsigned char* Octets(const std::string& text) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.c_str()));
}

// The record is the message's user context.
DKIM_CBSTAT Answer(DKIM* dkim, DKIM_SIGINFO* /*signature*/, unsigned char* buffer, size_t size) {
  const auto& record = *static_cast<const std::string*>(dkim_get_user_context(dkim));
  if (record.size() >= size) return DKIM_CBSTAT_ERROR;
  std::copy(record.c_str(), record.c_str() + record.size() + 1, buffer);
  return DKIM_CBSTAT_CONTINUE;
}

using Verifying = std::unique_ptr<DKIM, decltype(&dkim_free)>;

bool HoldsOne(DKIM* dkim, DKIM_SIGINFO* signature) {
  static_cast<void>(dkim_sig_process(dkim, signature));
  return (dkim_sig_getflags(signature) & DKIM_SIGFLAG_PASSED) != 0 &&
         dkim_sig_getbh(signature) == DKIM_SIGBH_MATCH &&
         dkim_sig_geterror(signature) == DKIM_SIGERROR_OK;
}

}  // namespace

DkimOracle::DkimOracle() : library_(dkim_init(nullptr, nullptr)) {
  unsigned flags = DKIM_LIBFLAGS_DELAYSIGPROC | DKIM_LIBFLAGS_BADSIGHANDLES;
  dkim_options(library_, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags, sizeof(flags));
  dkim_set_key_lookup(library_, &Answer);
}

DkimOracle::~DkimOracle() {
  dkim_close(library_);
}

std::vector<bool> DkimOracle::Holds(const std::vector<HeaderField>& fields, const std::string& body,
                                    const std::string& record) const {
  const std::string id = "oracle";
  DKIM_STAT status = DKIM_STAT_OK;
  const Verifying dkim(dkim_verify(library_, Octets(id), nullptr, &status), &dkim_free);
  std::string context = record;
  dkim_set_user_context(dkim.get(), &context);
  for (const HeaderField& field : fields) {
    const std::string text = CanonicalLineBreaks(field);
    dkim_header(dkim.get(), Octets(text), text.size());
  }
  dkim_eoh(dkim.get());
  if (!body.empty()) dkim_body(dkim.get(), Octets(body), body.size());
  dkim_eom(dkim.get(), nullptr);
  DKIM_SIGINFO** list = nullptr;
  int count = 0;
  if (dkim_getsiglist(dkim.get(), &list, &count) != DKIM_STAT_OK) return {};
  std::vector<bool> out;
  for (int i = 0; i < count; ++i) out.push_back(HoldsOne(dkim.get(), list[i]));
  return out;
}

}  // namespace spillway
