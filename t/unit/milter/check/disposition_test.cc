// SPDX-License-Identifier: BSD-2-Clause
#include "milter/check/disposition.h"

#include "t/rig/check_test.h"

namespace spillway {
namespace {

TEST(Disposition, ReplacesWhatAResultAsksFor) {
  const Disposition as_asked;
  EXPECT_EQ(as_asked.Action({.wish = Wish::kReject}), Wish::kReject);
  EXPECT_EQ(as_asked.Action({.wish = Wish::kMark}), Wish::kMark);
  EXPECT_EQ(as_asked.Action({.unclear_author = true}), Wish::kNone);
  const Disposition own{.on_quarantine = Wish::kMark,
                        .on_reject = Wish::kQuarantine,
                        .on_unclear_author = Wish::kReject};
  EXPECT_EQ(own.Action({.wish = Wish::kReject}), Wish::kQuarantine);
  EXPECT_EQ(own.Action({.wish = Wish::kQuarantine}), Wish::kMark);
  EXPECT_EQ(own.Action({.wish = Wish::kTempfail}), Wish::kTempfail);
  EXPECT_EQ(own.Action({.unclear_author = true}), Wish::kReject);
}

TEST(Disposition, ForWhom) {
  const Client external{.cls = ClientClass::kExternal};
  EXPECT_FALSE(ClientSet{}.Has(external));
  EXPECT_TRUE(TempfailSet("tempfail").Has(external));
  EXPECT_FALSE(TempfailSet("accept").Has(external));
  EXPECT_TRUE((ClientSet{false, {"external"}}.Has(external)));
  EXPECT_FALSE((ClientSet{false, {"internal"}}.Has(external)));
}

class MarksSpamTest : public CheckTest {
 protected:
  bool Marks(std::string_view name) const { return Make(name)->disposition().marks_spam; }
};

// A stranger's X-Spam-Flag is removed only where one of ours may take its place.
TEST_F(MarksSpamTest, OnlyWhatIsInForce) {
  Configure("[spamd]\nenabled = true\n[clamd]\nenabled = true");
  EXPECT_FALSE(Marks("spamd")) << "it is only tried out";
  Configure("[content]\nshadow = false");
  EXPECT_TRUE(Marks("spamd"));
  EXPECT_FALSE(Marks("clamd"));
  EXPECT_FALSE(Marks("dmarc"));
  Configure("[dmarc]\non_reject = \"mark\"");
  EXPECT_TRUE(Marks("dmarc"));
}

}  // namespace
}  // namespace spillway
