// SPDX-License-Identifier: BSD-2-Clause
// Is this a build with ASan or TSan? Both cost time and memory that tests of limits must allow for.
#pragma once

namespace spillway {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SPILLWAY_INSTRUMENTED
#endif
#endif

#if defined(SPILLWAY_INSTRUMENTED) || defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kInstrumented = true;
#else
inline constexpr bool kInstrumented = false;
#endif

}  // namespace spillway
