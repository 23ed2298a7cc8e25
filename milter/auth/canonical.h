// SPDX-License-Identifier: BSD-2-Clause
// The canonical forms of RFC 6376 section 3.4, of header fields and, streaming, of bodies.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "milter/mail/header.h"

struct evp_md_ctx_st;

namespace spillway {

// 32 octets.
std::string Sha256(std::string_view text);

// With CRLF at the end.
std::string CanonicalHeader(const HeaderField& field, bool relaxed);

// SHA-256 of a body in canonical form. Lines end with CRLF; a chunk may end anywhere.
class BodyHash {
 public:
  explicit BodyHash(bool relaxed);
  void Update(std::string_view chunk);
  // 32 octets; called once, last.
  std::string Finish();
  // Octets of the whole body in canonical form; valid after Finish().
  uint64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  void Content(std::string_view text);
  void Flush();

  bool relaxed_;
  uint64_t size_ = 0;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  std::string out_;
  size_t lines_ = 0;      // line ends that are not written: they may be the last ones
  bool space_ = false;    // white space that is not written: the line may end here
  bool return_ = false;   // a CR whose LF may follow
  bool content_ = false;  // something has been written
};

}  // namespace spillway
