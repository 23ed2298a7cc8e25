// SPDX-License-Identifier: BSD-2-Clause
// What a string of the configuration may be. Each returns what was expected, or an empty view when
// the value is good.
#pragma once

#include <string_view>

namespace spillway {

std::string_view ValidEndpoint(std::string_view value);
// These two connect, and look nothing up: a host must be an address. The first may be empty.
std::string_view ValidAskPolicy(std::string_view value);
std::string_view ValidScanServer(std::string_view value);
std::string_view ValidFilterAbsent(std::string_view value);
std::string_view ValidMode(std::string_view value);
std::string_view ValidGroup(std::string_view value);
std::string_view ValidCidr(std::string_view value);
std::string_view ValidDnsServer(std::string_view value);
std::string_view ValidHostName(std::string_view value);
std::string_view ValidPath(std::string_view value);
std::string_view ValidAction(std::string_view value);
// What is done with a message whose author's domain is forged.
std::string_view ValidDmarcAction(std::string_view value);
// What is done with a message whose author is unclear: "on_reject" stands for that action.
std::string_view ValidUnclearAction(std::string_view value);
// What is done with a message for its content.
std::string_view ValidContentAction(std::string_view value);
std::string_view ValidOnTimeout(std::string_view value);
std::string_view ValidDomain(std::string_view value);
std::string_view ValidSelector(std::string_view value);
// A path, or empty.
std::string_view ValidPathOrNone(std::string_view value);
std::string_view ValidDnsList(std::string_view value);
// One of the three classes that everybody has; see named_class.h for the others.
std::string_view ValidClass(std::string_view value);
// "exe", and "application/pdf" or "image/*"; in lower case.
std::string_view ValidExtension(std::string_view value);
std::string_view ValidMediaType(std::string_view value);
std::string_view ValidForm(std::string_view value);
std::string_view ValidTarget(std::string_view value);
std::string_view ValidFacility(std::string_view value);
std::string_view ValidLevel(std::string_view value);

}  // namespace spillway
