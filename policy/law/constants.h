// SPDX-License-Identifier: BSD-2-Clause
// The numbers of the law: all of them, each with all that it decides, and with what `make
// sim-ablate` found when it was halved and doubled, the medians over the scenarios that changed, of
// 100 that it had drawn for itself. A simulation may set them ("[law]" in its scenario); the daemon
// takes them as they are.
#pragma once

#include <array>
#include <string_view>

namespace spillway {

struct Constants {
  double moment = 3, look = 10, minute = 60, lasting = 480;
  double few = 8;
  double harm = 0.2, door = 10, half = 0.5, full = 0.9, slow = 4;
  double step = 0.2, cut = 0.3, deviations = 3;
  double times = 2, comeback = 5400;
};

struct Constant {
  std::string_view name;
  double Constants::*value;
  std::string_view decides;
  std::string_view effect;  // halved; doubled (of shares above a half: what is left to 1)
};

inline constexpr std::array kConstants = {
    Constant{"moment", &Constants::moment,
             "s. A wait at the door counts as harm when it has lasted so long: the listen "
             "backlog takes a shorter burst. The limit moves at most once in it. The last "
             "messages are those of the last moment.",
             "greeting p99 -1.2 s, 2 % fewer bots refused; greeting p99 +1.2 s"},
    Constant{"look", &Constants::look,
             "s. Window of the mean processing time and of the share late. While limiting: well "
             "for so long, and the limit is a ramp for those who come back.",
             "greeting p99 -0.7 s; 2 flips fewer"},
    Constant{"minute", &Constants::minute,
             "s. Well for so long, and limiting ends. The limit moves at least once in it. "
             "Window of what is learned as usual; half of it, window of the share tempfailed. A "
             "client that comes back after more is no bot.",
             "ends 34 s earlier, 6 flips more; ends 48 s later, 1 % more devices lost"},
    Constant{"lasting", &Constants::lasting,
             "s. Slow for so long, but with nothing tempfailed and nobody waiting at the door, "
             "is learned as the usual time. Limiting ends when all has been well so long even if "
             "many are still refused.",
             "4 flips more; 2 flips fewer, greeting p99 -4.5 s"},
    Constant{"few", &Constants::few,
             "messages. A mean of fewer is not used: its window grows until it has so many. Where "
             "fewer are late, or tempfailed, that is chance.",
             "190 more refusals; nothing"},
    Constant{"harm", &Constants::harm,
             "share. Limiting begins where so many more of the messages than usual are "
             "tempfailed at their end. The same share of messages late, or of the budget spent, "
             "is an alarm; a time or wait below it is chance. One client may hold this share of "
             "the places while others need them.",
             "110 more refusals; 170 fewer, greeting p99 +3.4 s, 4 flips more"},
    Constant{"door", &Constants::door,
             "s. Limiting begins where a new connection waits so long to be accepted (backlog "
             "over accept rate): a device gives up after a minute, and needs the rest for its "
             "mail.",
             "greeting p99 -2.8 s, 2 flips more; +4.2 s, 0.6 % more devices lost, 2 flips fewer"},
    Constant{"half", &Constants::half,
             "share. Of the slots: up to here the limit doubles, and with so many messages in "
             "the filter they pile up. Of the limit: the most that is kept free for devices and "
             "users, and from where on one client may hold only its share. Of the usual: where "
             "fewer messages go well, mandatory work does not fit.",
             "3.5 % more unscanned, 2 flips more; 13 % more devices lost, greeting p99 +4.4 s, "
             "700 fewer refusals"},
    Constant{"full", &Constants::full,
             "share of the slots (SMTP processes). The highest limit, for refusals need "
             "processes, too; and where nobody sees the door, so many taken are harm.",
             "220 more refusals (0.8); 1 % more goodput (0.95)"},
    Constant{"slow", &Constants::slow,
             "times the processing time without load, as learned while healthy. Above it the "
             "filter is slow, and messages that stay longer pile up; no budget is cut below it.",
             "4.7 % more unscanned, 2 flips fewer; 1 % less goodput, 2 % more users lost, 2 "
             "flips more"},
    Constant{"step", &Constants::step,
             "share. The limit and the effective budget rise by it at a time. The limit is never "
             "below this share of the slots, for without messages there is no news. Strangers "
             "get in only while this share of the limit is free, known clients between that and "
             "nothing.",
             "nothing; 2 % less goodput, ends 52 s later"},
    Constant{"cut", &Constants::cut,
             "share of the limit by which it falls at most at a time: what that did shows only "
             "when the messages in the filter have left.",
             "1 % fewer servers refused; nothing"},
    Constant{"deviations", &Constants::deviations,
             "of a Poisson count. So many above the mean demand of devices, users and known "
             "clients, over a minute, the limit keeps free for them.",
             "7 % fewer bots refused; 2 % more"},
    Constant{"times", &Constants::times,
             "A client of ours that did not come back in so many incidents cannot retry (a "
             "device). One that had mail accepted on so many days is known.",
             "2 % less goodput; nothing"},
    Constant{"comeback", &Constants::comeback,
             "s. Who was refused and has not come back within it cannot retry: Postfix's longest "
             "back-off is 4000 s. For so long after limiting, those who come back may block the "
             "door for half a minute before that is harm again.",
             "nothing; nothing (without it nobody would ever be a device)"},
};
static_assert(kConstants.size() * sizeof(double) == sizeof(Constants));

}  // namespace spillway
