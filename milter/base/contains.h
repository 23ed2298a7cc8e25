// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string_view>

namespace spillway {

// Is `word` one of the words of `list`?
template <typename List>
bool Contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace spillway
