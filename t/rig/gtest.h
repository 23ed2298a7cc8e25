// SPDX-License-Identifier: BSD-2-Clause
// Precompiled for the tests; a test still includes what it uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "milter/base/std.h"
