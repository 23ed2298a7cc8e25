// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/registered_domain.h"

#include <libpsl.h>

#include <memory>

namespace spillway {

namespace {

struct Free {
  void operator()(psl_ctx_t* list) const { psl_free(list); }
};

}  // namespace

std::string RegisteredDomain(std::string_view host) {
  // The system's list, when it is newer than the one that came with the library.
  static const std::unique_ptr<psl_ctx_t, Free> list(psl_latest(nullptr));
  const std::string name(host);
  const char* domain = list ? psl_registrable_domain(list.get(), name.c_str()) : nullptr;
  return domain == nullptr ? std::string() : domain;
}

}  // namespace spillway
