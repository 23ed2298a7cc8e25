// SPDX-License-Identifier: BSD-2-Clause
// GMime parses a message.
#pragma once

#include <gmime/gmime.h>

#include <memory>
#include <string_view>

#include "milter/inspect/gobject.h"
#include "milter/inspect/inspection.h"

namespace spillway {

// A message that GMime has taken apart. `text` outlives it. What GMime warns of, and matters, goes
// into `out`.
class ParsedMessage {
 public:
  ParsedMessage(std::string_view text, Inspection& out);
  ~ParsedMessage();
  ParsedMessage(const ParsedMessage&) = delete;
  ParsedMessage& operator=(const ParsedMessage&) = delete;

  // Null: it is none.
  GMimeObject* top() const {
    return message_ ? g_mime_message_get_mime_part(message_.get()) : nullptr;
  }

 private:
  class Borrowed;
  struct FreeOptions {
    void operator()(GMimeParserOptions* options) const { g_mime_parser_options_free(options); }
  };

  const std::unique_ptr<const Borrowed> bytes_;
  const std::unique_ptr<GMimeParserOptions, FreeOptions> options_;
  const Ref<GMimeStream> stream_;
  Ref<GMimeMessage> message_;
};

}  // namespace spillway
