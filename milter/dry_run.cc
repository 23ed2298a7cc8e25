// SPDX-License-Identifier: BSD-2-Clause
// The session's own code decides, on a session that no MTA is connected to.
#include "milter/dry_run.h"

#include "milter/generation.h"
#include "milter/mail/eml.h"
#include "milter/session.h"

namespace spillway {

namespace {

std::string InBrackets(const std::string& address) {
  return address.starts_with('<') ? address : "<" + address + ">";
}

}  // namespace

// The session is declared last, so it is destroyed before the objects that it uses.
DryRun RunDry(const Config& config, Log& log, const DryRunEnvelope& envelope,
              std::string_view eml) {
  constexpr size_t kChunk = 65535;  // as libmilter hands bodies over
  const SystemClock clock;
  const CurrentGeneration generation(std::make_shared<const Generation>(config, log, clock));
  const LearnedDevices devices(LearnedDevicesPath(config.telemetry.file));
  Recorder recorder({}, {}, config.budget.per_message, clock.Now());
  SessionShared shared{generation, devices, clock, log, recorder, {}};
  DryRun dry;
  shared.on_report = [&](const Client& client, const std::vector<CheckReport>& reports,
                         Duration took) {
    dry.classes = ClassNames(client);
    dry.reports = reports;
    for (const CheckReport& report : reports) dry.names.emplace_back(report.name);
    dry.took = took;
  };
  const Eml message = ParseEml(eml);
  Session session(shared);
  session.Connect(envelope.client);
  session.Helo(envelope.helo);
  session.MailFrom(InBrackets(envelope.mail_from), envelope.user);
  for (const std::string& recipient : envelope.recipients) session.Recipient(InBrackets(recipient));
  for (const HeaderField& field : message.headers) session.Header(field.name, field.value);
  session.EndOfHeaders();
  const std::string_view body = message.body;
  for (size_t at = 0; at < body.size(); at += kChunk) session.Body(body.substr(at, kChunk));
  dry.verdict = session.EndOfMessage("TEST");
  return dry;
}

}  // namespace spillway
