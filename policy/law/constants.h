// SPDX-License-Identifier: BSD-2-Clause
// The numbers of the law: all of them, each with its reasons; some are scales that several rules
// have in common. A simulation may set them ("[law]" in its scenario); the daemon takes them as
// they are. `make sim-ablate` halves and doubles each one, on scenarios of its own draw, and prints
// what that changes.
#pragma once

#include <array>
#include <string_view>

namespace spillway {

struct Constants {
  double moment = 3, look = 10, minute = 60, lasting = 480;
  double few = 8, many = 20;
  double harm = 0.2, door = 10, half = 0.5, full = 0.9, slow = 4, least = 0.25;
  double step = 0.2, cut = 0.3;
  double deviations = 3, client = 0.25;
  double times = 2, comeback = 5400;
};

struct Constant {
  std::string_view name;
  double Constants::*value;
  std::string_view reason;
};

inline constexpr std::array kConstants = {
    Constant{"moment", &Constants::moment,
             "s; what is shorter is a burst, which the listen backlog takes"},
    Constant{"look", &Constants::look,
             "s; over which the filter is measured, and how long it must be well before the ramp"},
    Constant{"minute", &Constants::minute,
             "s; how long it must be well before the limit ends; and what a device waits"},
    Constant{"lasting", &Constants::lasting,
             "s; degraded for so long without harm is normal; refusing ends when it has been well "
             "so long"},
    Constant{"few", &Constants::few, "messages; a mean of fewer says nothing"},
    Constant{"many", &Constants::many, "messages; a share of fewer says little"},
    Constant{"harm", &Constants::harm,
             "share of the messages, or of the budget; what is less is chance"},
    Constant{"door", &Constants::door,
             "s; a wait at the door that is harm: a device gives up after a minute"},
    Constant{"half", &Constants::half,
             "of the slots: what the law may use; the other half is for bursts and for who says "
             "nothing"},
    Constant{"full", &Constants::full,
             "of the slots; the rest answers refusals, and some are just being started"},
    Constant{"slow", &Constants::slow,
             "times the time without load: what is above is slow, what is below no budget goes"},
    Constant{"least", &Constants::least,
             "s; the least budget, and a wait in the filter's queues or at the door that nobody "
             "notices"},
    Constant{"step", &Constants::step,
             "of the limit: its rise, what strangers lack of it, and of the slots its floor"},
    Constant{"cut", &Constants::cut,
             "of the limit; with which it falls at most: the effect shows later"},
    Constant{"deviations", &Constants::deviations,
             "of a Poisson count; two in a thousand are above three"},
    Constant{"client", &Constants::client,
             "of the places; what one client may have while others need them"},
    Constant{"times", &Constants::times,
             "incidents without a return make a device; days with good mail make a known client"},
    Constant{"comeback", &Constants::comeback,
             "s; who does not come back within it does not: Postfix's longest back-off is 4000 s"},
};
static_assert(kConstants.size() * sizeof(double) == sizeof(Constants));

}  // namespace spillway
