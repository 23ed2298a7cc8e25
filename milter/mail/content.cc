// SPDX-License-Identifier: BSD-2-Clause
#include "milter/mail/content.h"

#include <algorithm>

namespace spillway {

void Content::AddHeaders(const std::vector<HeaderField>& fields) {
  std::string text;
  for (const HeaderField& field : fields) text += CanonicalLineBreaks(field) + "\r\n";
  Add(text + "\r\n");
}

void Content::AddBody(std::string_view chunk) {
  Add(std::string(chunk.substr(0, limit_ - size_ + 1)));
}

void Content::Add(std::string text) {
  if (text.size() > limit_ - size_) {
    full_ = true;
    text.resize(limit_ - size_);
  }
  if (text.empty()) return;
  size_ += text.size();
  pieces_.push_back(std::make_shared<const std::string>(std::move(text)));
}

}  // namespace spillway
