// SPDX-License-Identifier: BSD-2-Clause
#include "milter/scan/scanner.h"

#include <boost/asio/post.hpp>

#include "milter/scan/core.h"

namespace spillway {

Scanner::Scanner(ScanLoop& loop, std::unique_ptr<ScanProtocol> protocol, Options options,
                 const Clock& clock, Log& log)
    : core_(std::make_shared<Core>(loop, std::move(protocol), std::move(options), clock, log)) {}

Scanner::~Scanner() = default;

bool Scanner::streams() const {
  return core_->protocol().streams();
}

bool Scanner::remembers() const {
  return core_->remembers();
}

std::shared_ptr<ScanTask> Scanner::Begin(ScanSubject subject, ScanUrgency urgency) {
  return std::make_shared<ScanJob>(core_, std::move(subject), urgency);
}

std::vector<ServerFigures> Scanner::figures() const {
  return core_->figures();
}

}  // namespace spillway
