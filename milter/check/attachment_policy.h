// SPDX-License-Identifier: BSD-2-Clause
// What is wrong with the parts of a message, by the administrator's lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/base/result.h"
#include "milter/check/options.h"
#include "milter/inspect/inspection.h"

namespace spillway {

Strings DefaultExtensions();

struct AttachmentsOptions final : OptionsOf<AttachmentsOptions> {
  static constexpr std::string_view kName = "attachments";
  AttachmentsOptions() {
    on = false;
    on_timeout = "tempfail-external";  // a file must not come in because others keep us busy
  }
  bool droppable() const override { return true; }
  Strings check{"external", "internal", "authenticated"};  // classes of client
  Strings forbidden_extensions = DefaultExtensions();
  Strings forbidden_types{"application/x-dosexec", "application/x-executable",
                          "application/x-ms-shortcut", "application/java-vm", "message/partial"};
  std::string on_forbidden = "reject";
  std::string on_misleading = "quarantine";
  std::string on_macros = "quarantine";
  std::string on_encrypted = "none";
  std::string on_nested = "none";
  std::string on_ambiguous = "quarantine";
  std::string on_unreadable = "quarantine";
  std::vector<TomlKey> Keys() override;
};

struct AttachmentFinding {
  std::string text;  // "forbidden name \"a.exe\" (1.2)"; fit for the log and for a header field
  Wish wish = Wish::kNone;
};

// Which part of the message the inspector did not get. kHeader: the header was over the limit on
// fields or octets, and the dropped fields may define the MIME structure.
enum class Cut : uint8_t { kNothing, kHeader, kBody };

// Immutable, thread-safe.
class AttachmentPolicy {
 public:
  explicit AttachmentPolicy(const AttachmentsOptions& options);

  // In the order of the parts; at most one of a kind for each of them.
  std::vector<AttachmentFinding> Judge(const Inspection& inspection, Cut cut = Cut::kNothing) const;

 private:
  // Collects, and adds the place.
  class Findings;
  void JudgeNames(const MimePart& part, Findings& out) const;
  void JudgeMembers(const MimePart& part, Findings& out) const;
  bool IsForbiddenName(std::string_view extension) const;
  bool IsForbiddenType(std::string_view type) const;

  const AttachmentsOptions options_;
};

// The name as a mail reader's system would take it, and what was done to hide that.
struct ReadName {
  std::string extension;   // in lower case, without the dot; empty when there is none
  std::string before;      // the extension before that
  bool disguised = false;  // by signs that turn the direction of writing, or by many spaces
};
ReadName ReadFileName(std::string_view name);

}  // namespace spillway
