// SPDX-License-Identifier: BSD-2-Clause
// noop-filter SOCKET: a libmilter filter that has every callback and answers "continue": what the
// library and the protocol cost, without any checks.
#include <libmilter/mfapi.h>

#include <cstdio>

namespace {

sfsistat OnConnect(SMFICTX*, char*, sockaddr*) {
  return SMFIS_CONTINUE;
}
sfsistat OnName(SMFICTX*, char*) {
  return SMFIS_CONTINUE;
}
sfsistat OnEnvelope(SMFICTX*, char**) {
  return SMFIS_CONTINUE;
}
sfsistat OnHeader(SMFICTX*, char*, char*) {
  return SMFIS_CONTINUE;
}
sfsistat OnStage(SMFICTX*) {
  return SMFIS_CONTINUE;
}
sfsistat OnBody(SMFICTX*, unsigned char*, size_t) {
  return SMFIS_CONTINUE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: noop-filter SOCKET\n");
    return 64;
  }
  static char name[] = "noop";
  smfiDesc filter{};
  filter.xxfi_name = name;
  filter.xxfi_version = SMFI_VERSION;
  filter.xxfi_connect = OnConnect;
  filter.xxfi_helo = OnName;
  filter.xxfi_envfrom = OnEnvelope;
  filter.xxfi_envrcpt = OnEnvelope;
  filter.xxfi_header = OnHeader;
  filter.xxfi_eoh = OnStage;
  filter.xxfi_body = OnBody;
  filter.xxfi_eom = OnStage;
  if (smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) return 71;
  return smfi_main() == MI_SUCCESS ? 0 : 69;
}
