// SPDX-License-Identifier: BSD-2-Clause
#include "policy/serve/site.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <optional>
#include <sstream>

namespace spillway {

namespace {

constexpr double kMeanOfMedian = 1.65;   // of a lognormal with a sigma of 1
constexpr double kLongest = 300;         // seconds; what a scenario may have
constexpr double kWithoutServer = 1000;  // a check without a server of its own waits for nobody

std::optional<size_t> IndexOf(const telemetry::Preamble& preamble, const std::string& check) {
  for (size_t i = 0; i < std::min<size_t>(preamble.check_count, telemetry::kMaxChecks); ++i) {
    if (check == preamble.check_names[i].data()) return i;
  }
  return std::nullopt;
}

// How many requests its servers work on at a time: at least what they do now.
double Workers(const Site& site, const std::string& check, double service) {
  double limit = 0;
  for (const auto& [name, figures] : site.follower.reader().Servers())
    limit += name == check ? static_cast<double>(figures.limit) : 0;
  const double now = 2 * site.shedder.limiter().learned().arrivals * service;
  return limit == 0 ? kWithoutServer : std::ceil(std::max(limit, now));
}

std::string_view OnTimeout(const Config& config, const std::string& check) {
  for (const auto& section : config.checks.all()) {
    if (section->name() != check) continue;
    if (section->required()) return "required";
    if (section->tempfails_late()) return "tempfail";
  }
  return "accept";
}

double TierShare(const ShedderCounts& counts, Tier tier) {
  const auto at = static_cast<size_t>(tier);
  return Share(static_cast<double>(counts.admitted_by_tier[at] + counts.refused_by_tier[at]),
               static_cast<double>(counts.asked));
}

}  // namespace

std::string SiteAsScenario(const Site& site, const std::string& check) {
  if (!site.follower.reader().mapped()) return "error=there is no filter\n";
  const auto index = IndexOf(site.follower.reader().preamble(), check);
  if (!index) return "error=no check \"" + check + "\" runs\n";
  const double service = site.follower.bottlenecks().Mean(*index);
  const double rate = site.shedder.limiter().learned().arrivals;
  if (service <= 0 || rate <= 0)
    return "error=nothing was learned yet of the mail and of " + check + "\n";
  constexpr int kDigits = 9;  // a check may take microseconds
  std::ostringstream out;
  out << std::setprecision(kDigits);
  out << "slots = " << static_cast<int64_t>(site.shedder.slots().count())
      << "\nbacklog = " << static_cast<int64_t>(site.backlog > 0 ? site.backlog : 100)
      << "\nworkers = " << static_cast<int64_t>(Workers(site, check, service))
      << "\nservice_mean = " << service
      << "\ndialogue = " << std::min(kLongest, site.shedder.budget().dialogue() / kMeanOfMedian)
      << "\nbudget = \"" << site.config.budget.per_message.count() << "ms\""
      << "\non_timeout = \"" << OnTimeout(site.config, check) << "\""
      << "\n[load]\noffered_per_s = " << rate
      << "\ndevice_share = " << TierShare(site.shedder.counts(), Tier::kCannotRetry)
      << "\nsubmission_share = " << TierShare(site.shedder.counts(), Tier::kSubmission) << "\n";
  return out.str();
}

}  // namespace spillway
