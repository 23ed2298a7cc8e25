// SPDX-License-Identifier: BSD-2-Clause
// Requests to scanners and their replies, and how each kind of scanner encodes them: pure, no
// sockets. Replies are not trusted: the reader caps their size, and an invalid reply is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {

// The envelope, for scanners that want to know it.
struct ScanSubject {
  std::string client_address;  // empty: submitted on the machine itself if `local`, else unknown
  bool local = false;
  std::string helo;
  std::string mail_from;  // without brackets; empty for the null sender
  std::vector<std::string> recipients;
  std::string user;      // SASL user; empty: none
  std::string queue_id;  // may be empty
  std::string our_name;  // the authserv-id
  size_t size = 0;       // octets of the message; scanners that stream do not need it
};

struct ScanReply {
  enum class Kind : uint8_t {
    kClean,
    kInfected,
    kSpam,    // to be marked
    kReject,  // the scanner wants it rejected
    kDefer,   // the scanner wants it to come again later
    kError,   // the scanner answers, but has not scanned
  };
  Kind kind = Kind::kError;
  std::string what;  // the virus, the scanner's own word for what to do, or the error
  std::optional<double> score;
  std::optional<double> threshold;
  std::vector<std::string> symbols;  // names of rules that matched, at most kMaxSymbols
  bool keep = false;                 // the connection may be used again
  bool of_message = false;           // kError that another server would say as well
  int serial = 0;        // which reply of its connection it says it is; 0: it does not say
  bool garbage = false;  // not what such a scanner says: as good as no answer
};

constexpr size_t kMaxScanReply = 256 * 1024;  // octets read of an answer
constexpr size_t kMaxSymbols = 50;

// One kind of scanner. Immutable.
class ScanProtocol {
 public:
  virtual ~ScanProtocol() = default;
  // May a message be sent before its end is known?
  virtual bool streams() const = 0;
  // What goes before the message; `fresh`: the connection has not been used before.
  virtual std::string Open(const ScanSubject& subject, bool fresh) const = 0;
  // What goes before a piece of `size` octets, and after the last one.
  virtual std::string Frame(size_t /*size*/) const { return {}; }
  virtual std::string Close() const { return {}; }
  // From what has been read so far; nullopt: more must come. What makes no sense is kError with
  // `garbage`.
  virtual std::optional<ScanReply> ReadReply(std::string_view input) const = 0;
  // Asks whether it lives; the answer is kClean when it does.
  virtual std::string Ping() const = 0;
  virtual std::optional<ScanReply> ReadPong(std::string_view input) const = 0;
};

// clamd(8): INSTREAM inside a session.
std::unique_ptr<ScanProtocol> MakeClamdProtocol();
// SpamAssassin's spamd: SPAMC/1.5, SYMBOLS.
std::unique_ptr<ScanProtocol> MakeSpamdProtocol();
// rspamd's normal worker: POST /checkv2 over HTTP/1.1.
std::unique_ptr<ScanProtocol> MakeRspamdProtocol();

}  // namespace spillway
