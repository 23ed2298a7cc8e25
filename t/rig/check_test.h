// SPDX-License-Identifier: BSD-2-Clause
// What a check needs around it: a DNS that says what it is told, a pool, and a message.
#pragma once

#include <gtest/gtest.h>

#include "milter/check/check.h"
#include "t/rig/fake_dns.h"
#include "t/rig/test_log.h"

namespace spillway {

class CheckTest : public testing::Test {
 protected:
  SystemClock clock_;
  FakeDns dns_;
  Config config_;
  Workers workers_{2, 64, clock_};
  ScanLoop scan_loop_;
  KeyCache keys_;
  TestLog log_;
  CheckServices services_{dns_, workers_, clock_, scan_loop_, keys_, log_};
  Message message_;
};

}  // namespace spillway
