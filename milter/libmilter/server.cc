// SPDX-License-Identifier: BSD-2-Clause
// The callbacks are trampolines: fetch the session, call it, answer. No exception may cross into C,
// so each goes through Guard(), which turns one (out of memory, in practice) into a tempfail.
#include "milter/libmilter/server.h"

#include <libmilter/mfapi.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <thread>

#include "milter/ask_policy.h"
#include "milter/base/listener.h"
#include "milter/libmilter/drain.h"
#include "milter/libmilter/io_cure.h"

namespace spillway {

namespace {

constexpr unsigned long kWantedActions =
    SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
// MAIL FROM gets a reply on purpose: Postfix buffers commands that need no reply, and would send
// the envelope only with the end of the message. SPF is to start at MAIL FROM.
constexpr unsigned long kNoReply = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_RCPT | SMFIP_NR_DATA |
                                   SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_NR_UNKN;
// SMFIS_SKIP is not used: it would require a reply to every chunk of every body, and would save
// only 0.2 ms per megabyte in the few bodies that no check wants.
constexpr unsigned long kWantedProtocol =
    kNoReply | SMFIP_HDR_LEADSPC | SMFIP_NOUNKNOWN | SMFIP_NODATA;

// Of one command. libmilter's own 64 KiB would end the connection at a longer header field, of
// which Postfix passes on 100 KiB (header_size_limit) and more if it is told so.
constexpr size_t kMaxPacket = 2 << 20;
constexpr int kIoTimeoutSeconds = 1800;
constexpr auto kDrainSlack = std::chrono::seconds(3);

SessionShared* g_shared = nullptr;  // libmilter has no user pointer for its callbacks

// When smfi_main() returns, workers may still be in a callback, or enter one. The objects that
// callbacks use must stay alive: EndCallbacks() refuses new callbacks and waits for running ones.
std::atomic<int> g_inside{0};
std::atomic<bool> g_ended{false};

class Inside {
 public:
  Inside() { g_inside.fetch_add(1); }
  ~Inside() { g_inside.fetch_sub(1); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  bool allowed() const { return !g_ended.load(); }
};

void EndCallbacks() {
  constexpr auto kLook = std::chrono::milliseconds(1);
  g_ended.store(true);
  while (g_inside.load() != 0) std::this_thread::sleep_for(kLook);
}

// What libmilter keeps for a connection.
struct Connection {
  explicit Connection(SessionShared& shared) : session(shared) {}
  Session session;
};

// What the MTA agreed to. Negotiation comes before the connection's data, so it is kept apart.
struct Agreed {
  unsigned long protocol = 0;
  std::unique_ptr<Connection> connection;
  // An exception lost part of the message, perhaps in a callback whose reply the MTA ignores.
  bool broken = false;

  Session& session() {
    if (!connection) connection = std::make_unique<Connection>(*g_shared);
    return connection->session;
  }
  bool has(unsigned long bit) const { return (protocol & bit) != 0; }
};

Agreed* StateOf(SMFICTX* context) {
  return static_cast<Agreed*>(smfi_getpriv(context));
}

Agreed& StateFor(SMFICTX* context) {
  if (Agreed* state = StateOf(context)) return *state;
  auto state = std::make_unique<Agreed>();
  smfi_setpriv(context, state.get());
  return *state.release();
}

template <typename Call>
sfsistat Guard(SMFICTX* context, Call call) {
  const Inside inside;
  if (!inside.allowed()) return SMFIS_TEMPFAIL;
  try {
    return call();
  } catch (const std::exception& error) {
    g_shared->log.Limited(LogLevel::kError, "callback",
                          std::string("message tempfailed: ") + error.what(),
                          g_shared->clock.Now());
    if (Agreed* state = StateOf(context)) state->broken = true;
    return SMFIS_TEMPFAIL;
  }
}

std::string_view Macro(SMFICTX* context, const char* name) {
  const char* value = smfi_getsymval(context, const_cast<char*>(name));
  return value == nullptr ? std::string_view() : value;
}

// The answer of a callback that has nothing to say.
sfsistat Silent(const Agreed& state, unsigned long no_reply) {
  return state.has(no_reply) ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

bool AsksPolicy() {
  return !g_shared->generation.Get()->config().milter.ask_policy.empty();
}

void SetMacros(SMFICTX* context) {
  const auto set = [&](int stage, const char* names) {
    smfi_setsymlist(context, stage, const_cast<char*>(names));
  };
  set(SMFIM_CONNECT, "{daemon_name} {client_port}");
  set(SMFIM_HELO, "{tls_version}");
  set(SMFIM_ENVFROM, "i {auth_authen}");
  set(SMFIM_ENVRCPT, "i");
  set(SMFIM_EOM, "i");
}

sfsistat OnNegotiate(SMFICTX* context, unsigned long actions, unsigned long protocol, unsigned long,
                     unsigned long, unsigned long* want_actions, unsigned long* want_protocol,
                     unsigned long* f2, unsigned long* f3) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.protocol = protocol & kWantedProtocol;
    if (AsksPolicy()) state.protocol &= ~static_cast<unsigned long>(SMFIP_NR_CONN);
    *want_actions = actions & kWantedActions;
    *want_protocol = state.protocol;
    *f2 = *f3 = 0;
    state.session();  // counted from here on: the MTA may hold back the rest for long
    if ((actions & SMFIF_SETSYMLIST) != 0) SetMacros(context);
    if ((actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS)) != (SMFIF_ADDHDRS | SMFIF_CHGHDRS)) {
      g_shared->log.Limited(
          LogLevel::kWarning, "actions",
          "the MTA does not let filters add and change headers: results are only logged",
          g_shared->clock.Now());
    }
    return sfsistat{SMFIS_CONTINUE};
  });
}

// Ends the session in place of the greeting. libmilter's manual knows no reply in this callback,
// but both MTAs give it.
sfsistat RefuseSession(SMFICTX* context) {
  static char code[] = "421";
  static char enhanced[] = "4.3.2";
  static char text[] = "Service busy, please try again later";
  smfi_setreply(context, code, enhanced, text);
  return SMFIS_TEMPFAIL;
}

sfsistat OnConnect(SMFICTX* context, char* host, sockaddr* address) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    const std::optional<Ip> client = Ip::FromSockaddr(address);
    const bool probe = !client && !Macro(context, "{spillway_probe}").empty();
    // A proxy in front may have had no address to tell of: that client is not local.
    const bool local = host != nullptr && std::string_view(host) == "localhost";
    state.session().Connect(client, probe, local);
    if (client && AsksPolicy()) {
      const GenerationPtr generation = g_shared->generation.Get();
      const auto& options = generation->config().milter;
      if (PolicyRefuses(*Endpoint::Parse(options.ask_policy), client->ToString(),
                        std::string(Macro(context, "{client_port}")), options.ask_timeout)) {
        return RefuseSession(context);
      }
    }
    return Silent(state, SMFIP_NR_CONN);
  });
}

sfsistat OnHelo(SMFICTX* context, char* name) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.session().Helo(name == nullptr ? "" : name);
    return Silent(state, SMFIP_NR_HELO);
  });
}

sfsistat OnMailFrom(SMFICTX* context, char** arguments) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.broken = false;
    state.session().MailFrom(arguments[0] == nullptr ? "" : arguments[0],
                             Macro(context, "{auth_authen}"));
    return sfsistat{SMFIS_CONTINUE};
  });
}

sfsistat OnRecipient(SMFICTX* context, char** arguments) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.session().Recipient(arguments[0] == nullptr ? "" : arguments[0]);
    return Silent(state, SMFIP_NR_RCPT);
  });
}

sfsistat OnHeader(SMFICTX* context, char* name, char* value) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    // An MTA without SMFIP_HDR_LEADSPC has nearly always removed one space after the colon.
    const std::string whole =
        (state.has(SMFIP_HDR_LEADSPC) ? "" : " ") + std::string(value == nullptr ? "" : value);
    state.session().Header(name == nullptr ? "" : name, whole);
    return Silent(state, SMFIP_NR_HDR);
  });
}

sfsistat OnEndOfHeaders(SMFICTX* context) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.session().EndOfHeaders();
    return Silent(state, SMFIP_NR_EOH);
  });
}

sfsistat OnBody(SMFICTX* context, unsigned char* data, size_t size) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    state.session().Body({reinterpret_cast<const char*>(data), size});
    return Silent(state, SMFIP_NR_BODY);
  });
}

// As libmilter wants it: it takes "%" for the beginning of something, and has no room for long
// lines.
std::string FitForReply(std::string_view text) {
  constexpr size_t kLongest = 400;
  std::string out;
  for (const char c : LogSafe(text, kLongest)) out += c == '%' ? "%%" : std::string(1, c);
  return out;
}

sfsistat Apply(SMFICTX* context, const Agreed& state, const Verdict& verdict) {
  const auto text = [](const std::string& s) { return const_cast<char*>(s.c_str()); };
  if (verdict.tempfail || verdict.reject) {
    smfi_setreply(context, text(verdict.reply_code), text(verdict.enhanced_code),
                  text(FitForReply(verdict.reply_text)));
    return verdict.tempfail ? SMFIS_TEMPFAIL : SMFIS_REJECT;
  }
  for (const HeaderDeletion& deletion : verdict.deletions) {
    smfi_chgheader(context, const_cast<char*>(deletion.name), static_cast<int>(deletion.index),
                   nullptr);
  }
  for (auto field = verdict.insertions.rbegin(); field != verdict.insertions.rend(); ++field) {
    const std::string value = (state.has(SMFIP_HDR_LEADSPC) ? " " : "") + field->value;
    smfi_insheader(context, 0, text(field->name), text(value));
  }
  if (!verdict.quarantine.empty() &&
      smfi_quarantine(context, text(verdict.quarantine)) != MI_SUCCESS) {
    g_shared->log.Limited(LogLevel::kError, "quarantine",
                          "the MTA does not let filters hold messages: one was accepted instead",
                          g_shared->clock.Now());
  }
  return SMFIS_CONTINUE;
}

sfsistat OnEndOfMessage(SMFICTX* context) {
  return Guard(context, [&] {
    Agreed& state = StateFor(context);
    if (state.broken) {
      state.session().Abort();
      return sfsistat{SMFIS_TEMPFAIL};
    }
    return Apply(context, state, state.session().EndOfMessage(Macro(context, "i")));
  });
}

sfsistat OnAbort(SMFICTX* context) {
  return Guard(context, [&]() -> sfsistat {
    if (Agreed* state = StateOf(context)) state->session().Abort();
    return SMFIS_CONTINUE;
  });
}

sfsistat OnClose(SMFICTX* context) {
  const Inside inside;
  if (!inside.allowed()) return SMFIS_CONTINUE;
  // Comes also for connections that never said anything.
  const std::unique_ptr<Agreed> state(StateOf(context));
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

smfiDesc Description() {
  static char name[] = "spillway";
  smfiDesc filter{};
  filter.xxfi_name = name;
  filter.xxfi_version = SMFI_VERSION;
  filter.xxfi_flags = kWantedActions;
  filter.xxfi_connect = OnConnect;
  filter.xxfi_helo = OnHelo;
  filter.xxfi_envfrom = OnMailFrom;
  filter.xxfi_envrcpt = OnRecipient;
  filter.xxfi_header = OnHeader;
  filter.xxfi_eoh = OnEndOfHeaders;
  filter.xxfi_body = OnBody;
  filter.xxfi_eom = OnEndOfMessage;
  filter.xxfi_abort = OnAbort;
  filter.xxfi_close = OnClose;
  filter.xxfi_negotiate = OnNegotiate;
  return filter;
}

}  // namespace

bool ServeMilter(const Fd& listener, SessionShared& shared) {
  g_shared = &shared;
  const int fd = listener.get();
  SetDrainHooks({.on_hangup =
                     [&shared] {
                       shared.log.Warning(
                           "SIGHUP ignored: restart to read the configuration again");
                     },
                 .stop_accepting = [fd] { StopAccepting(fd); },
                 .idle = [&shared] { return shared.messages.load() == 0; },
                 .patience = shared.generation.Get()->config().budget.per_message + kDrainSlack});
  SetOnShortage([&shared](int error) {
    shared.log.Limited(LogLevel::kError, "accept",
                       "new sessions wait: " + std::string(std::strerror(error)) +
                           "; see LimitNOFILE of the unit, or ulimit -n",
                       shared.clock.Now());
  });
  std::string spec = "fd:" + std::to_string(fd);
  if (smfi_register(Description()) != MI_SUCCESS || smfi_setconn(spec.data()) != MI_SUCCESS)
    return false;
  smfi_settimeout(kIoTimeoutSeconds);
  smfi_setmaxdatasize(kMaxPacket);
  const bool served = smfi_main() == MI_SUCCESS;
  EndCallbacks();
  return served;
}

}  // namespace spillway
