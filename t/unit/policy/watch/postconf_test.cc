// SPDX-License-Identifier: BSD-2-Clause
#include "policy/watch/postconf.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(MasterService, HasTheWordsOfItsLine) {
  const MasterService service =
      ParseMasterService("127.0.0.1:25 inet n - y 60 150 smtpd -o a=b -o c=d\n");
  EXPECT_EQ(service.name, "127.0.0.1:25");
  EXPECT_EQ(service.type, "inet");
  EXPECT_EQ(service.maxproc, "150");
  EXPECT_EQ(service.program, "smtpd");
}

TEST(MasterService, OfAnotherLineIsEmpty) {
  for (const char* line : {"", "# smtp inet", "smtp inet n - y - 150"})
    EXPECT_EQ(ParseMasterService(line).name, "") << line;
}

}  // namespace
}  // namespace spillway
