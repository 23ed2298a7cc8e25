// SPDX-License-Identifier: BSD-2-Clause
#include "policy/ctl/test_message.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "conf/command_line.h"
#include "conf/config_error.h"

namespace spillway {

namespace {

struct Arguments {
  std::string file;
  std::string client;
  DryRunEnvelope envelope;
};

std::string Row(const std::string& name, const std::string& text) {
  std::string out = name;
  out.resize(std::max<size_t>(12, name.size() + 1), ' ');
  return out + text + "\n";
}

std::string Milliseconds1(Duration d) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f ms", static_cast<double>(Microseconds(d)) / 1000.0);
  return text;
}

std::string ReportText(const CheckReport& report) {
  std::string out(StateName(report.result.state));
  out.resize(std::max<size_t>(10, out.size() + 1), ' ');
  out += Milliseconds1(report.spent);
  if (!report.result.reason.empty()) out += "  " + LogSafe(report.result.reason);
  if (report.action != Wish::kNone) out += "  -> " + std::string(WishName(report.action));
  if (report.shadow != Wish::kNone)
    out += "  -> would " + std::string(WishName(report.shadow)) + ", were it not a shadow";
  return out;
}

std::string VerdictText(const Verdict& verdict) {
  std::string out = Row("verdict", std::string(VerdictName(verdict)));
  if (verdict.tempfail || verdict.reject) {
    return out + Row("reply", verdict.reply_code + " " + verdict.enhanced_code + " " +
                                  LogSafe(verdict.reply_text, 400));
  }
  if (!verdict.quarantine.empty()) out += Row("held for", LogSafe(verdict.quarantine, 400));
  if (verdict.waived) out += Row("waived", "it would be tempfailed, but the client cannot retry");
  for (const HeaderDeletion& field : verdict.deletions)
    out += Row("removes", std::string(field.name) + " number " + std::to_string(field.index));
  for (const AddedField& field : verdict.insertions)
    out += Row("adds", field.name + ": " + field.value);
  return out;
}

int Run(const Arguments& arguments, const CtlOptions& options) {
  LoadResult loaded = LoadConfig(options.config);
  if (!loaded.errors.empty()) return Bad(loaded.errors);
  FillHostName(loaded.config);
  std::vector<std::string> errors;
  const std::string eml = ReadTextFile(arguments.file, errors);
  for (const std::string& error : errors) std::cerr << error << '\n';
  if (!errors.empty()) return EX_NOINPUT;
  DryRunEnvelope envelope = arguments.envelope;
  envelope.client = Ip::Parse(arguments.client);
  Log log({LogTarget::kStderr, "spillwayctl", 0, LogLevel::kError});
  try {
    std::cout << DryRunAsText(RunDry(loaded.config, log, envelope, eml));
    return EX_OK;
  } catch (const ConfigError& error) {
    return Bad(error.errors());
  } catch (const std::exception& error) {
    std::cerr << "spillwayctl: " << error.what() << '\n';
    return EX_UNAVAILABLE;
  }
}

std::string CheckAddress(const std::string& text) {
  return text.empty() || Ip::Parse(text) ? "" : text + " is no address";
}

}  // namespace

std::string DryRunAsText(const DryRun& dry) {
  std::string out = Row("class", dry.classes);
  for (size_t i = 0; i < dry.reports.size(); ++i)
    out += Row(dry.names[i], ReportText(dry.reports[i]));
  return out + Row("took", Milliseconds1(dry.took)) + VerdictText(dry.verdict);
}

void AddTestMessage(CLI::App& app, const CtlOptions& options, int& status) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "test-message", "What the filter would do with a message, and why; nothing is delivered");
  command->add_option("file", arguments->file, "the message, as saved by a mail program")
      ->required();
  command->add_option("--client", arguments->client, "address of the SMTP client")
      ->check(CheckAddress);
  command->add_option("--helo", arguments->envelope.helo, "its name in EHLO");
  command->add_option("--mail-from", arguments->envelope.mail_from, "address of MAIL FROM");
  command->add_option("--rcpt", arguments->envelope.recipients, "addresses of RCPT TO");
  command->add_option("--user", arguments->envelope.user, "SASL user");
  command->callback([arguments, &options, &status] { status = Run(*arguments, options); });
}

}  // namespace spillway
