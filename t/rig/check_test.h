// SPDX-License-Identifier: BSD-2-Clause
// What a check needs around it: a DNS that says what it is told, a pool, and a message.
#pragma once

#include <gtest/gtest.h>

#include "milter/check/check.h"
#include "t/rig/fake_dns.h"

namespace spillway {

class CheckTest : public testing::Test {
 protected:
  SystemClock clock_;
  FakeDns dns_;
  Config config_;
  Workers workers_{2, 64, clock_};
  CheckServices services_{dns_, workers_, clock_};
  Message message_;
};

}  // namespace spillway
