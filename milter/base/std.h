// SPDX-License-Identifier: BSD-2-Clause
// Precompiled for the product: what most files use of the standard library and Boost. A file still
// includes what it uses: clang-tidy reads it without this. No guard: the compiler refuses one here.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <variant>
#include <vector>
