// SPDX-License-Identifier: BSD-2-Clause
#include "milter/inspect/urls.h"

#include "milter/inspect/html_text.h"
#include "milter/mail/registered_domain.h"
#include "t/fuzz/fuzz.h"

namespace spillway {
namespace {

const FuzzTarget kTarget("urls", [](std::string_view input) {
  const HtmlText page = ReadHtml(input, 1000);
  std::vector<std::string> hosts;
  AddHosts(page.text, hosts);
  for (const std::string& link : page.links) AddLinkHost(link, hosts);
  for (const std::string& host : hosts) static_cast<void>(RegisteredDomain(host));
});

}  // namespace
}  // namespace spillway
