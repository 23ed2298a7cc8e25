// SPDX-License-Identifier: BSD-2-Clause
// What GLib counts the references of.
#pragma once

#include <glib-object.h>

#include <memory>

namespace spillway {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <typename T>
using Ref = std::unique_ptr<T, Unref>;

inline std::string TextOf(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace spillway
