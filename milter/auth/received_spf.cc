// SPDX-License-Identifier: BSD-2-Clause
#include "milter/auth/received_spf.h"

#include "milter/auth/authres.h"

namespace spillway {

std::string FormatReceivedSpf(const ReceivedSpf& spf) {
  const State state = spf.result == State::kLate ? State::kTemperror : spf.result;
  std::string out(StateName(state));
  for (const auto& [key, value] :
       {std::pair("receiver", spf.receiver), std::pair("client-ip", spf.client),
        std::pair("envelope-from", spf.sender.empty() ? "<>" : spf.sender),
        std::pair("helo", spf.helo)})
    out += "\n\t" + std::string(key) + "=" + QuotedString(value) + ";";
  return out + "\n\tidentity=" + spf.identity;
}

}  // namespace spillway
