#pragma once
// Unprotected answers to requests that belong to no IKE SA of ours (RFC 7296 sections 1.5, 2.5 and 2.21.4). Only who
// serves gives them: a laptop stays silent.

#include <optional>

#include "ike-engine/base/time.h"
#include "ike-engine/wire/message.h"

namespace latchkey::session {

/// What all such answers share: together they are ten a second, and fifty at once.
class UnknownSa {
 public:
  /// INVALID_IKE_SPI, for a protected request whose SPIs are nobody's. Nothing for any other message, for one that is
  /// shorter than its answer, or when there have been too many.
  std::optional<base::Buffer> answer(const wire::Message& message, base::TimePoint now);
  /// INVALID_MAJOR_VERSION, for a request of a higher version than ours. Nothing as above.
  std::optional<base::Buffer> answer_version(base::Bytes datagram, base::TimePoint now);

 private:
  std::optional<base::Buffer> answer(const wire::Header& request, base::NotifyType type, std::size_t octets,
                                     base::TimePoint now);

  base::TimePoint paid_until_ = base::TimePoint{};  ///< each answer costs a tenth of a second
};

}  // namespace latchkey::session
