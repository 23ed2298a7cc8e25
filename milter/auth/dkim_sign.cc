// SPDX-License-Identifier: BSD-2-Clause
// The field is complete but for the value of b=, which nothing follows.
#include "milter/auth/dkim_sign.h"

#include "milter/auth/signed_fields.h"

namespace spillway {

namespace {

constexpr size_t kLine = 70;

std::string Name(bool relaxed) {
  return relaxed ? "relaxed" : "simple";
}

std::string FoldBase64(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); at += kLine)
    out += "\n\t " + std::string(text.substr(at, kLine));
  return out;
}

}  // namespace

HeaderField SignDkim(const std::vector<HeaderField>& headers, const std::string& body_hash,
                     const DkimIdentity& signer, const DkimForm& form, int64_t now) {
  const std::string names = FieldsToSign(headers);
  HeaderField field{"DKIM-Signature", {}};
  field.value = "v=1; a=" + std::string(signer.key.algorithm()) +
                "; c=" + Name(form.relaxed_header) + "/" + Name(form.relaxed_body) +
                ";\n\td=" + signer.domain + "; s=" + signer.selector +
                "; t=" + std::to_string(now) + ";\n\th=" + FoldNames(names, kLine) +
                ";\n\tbh=" + EncodeBase64(body_hash) + ";\n\tb=";
  // The MTA puts a space behind the colon.
  const HeaderField own{field.name, " " + field.value};
  const std::string signature = signer.key.Sign(SignedFields(headers, names, form.relaxed_header) +
                                                OwnField(own, form.relaxed_header));
  if (signature.empty()) return {};
  field.value += FoldBase64(EncodeBase64(signature));
  return field;
}

}  // namespace spillway
