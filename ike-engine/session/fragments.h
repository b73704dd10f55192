#pragma once
// Putting a fragmented message together again (RFC 7383 section 2.6), within bounds.

#include <optional>
#include <vector>

#include "ike-engine/base/ids.h"
#include "ike-engine/base/time.h"
#include "ike-engine/session/protect.h"

namespace latchkey::session {

/// More fragments than this in one message are refused. Largest honest message: an AUTH reply with an RSA-8192 key and
/// certificates nobody asked for, under 10 kB.
inline constexpr std::uint16_t kMaxFragments = 64;
/// Octets of content of one reassembled message; beyond that everything collected is dropped.
inline constexpr std::size_t kMaxAssembled = 65536;
/// Octets that are kept of a peer that has proven nothing yet, its IKE_SA_INIT and its fragments: anybody can send
/// fragments whose ICV is right.
inline constexpr std::size_t kMaxKeptUnproven = 16 * 1024;
/// How long a message may be in the making. Source: RFC 7383 section 2.6 leaves the figure to us; our own request has
/// been sent five times by then.
inline constexpr base::Duration kReassemblyTime = std::chrono::seconds(15);

/// How a message is put together: when, and how many octets of content may be kept.
struct ReassemblyTerms {
  base::TimePoint now;
  std::size_t most = kMaxAssembled;
};

/// One message in the making. Holds authenticated fragments only: wants() is asked before an ICV is computed, add() is
/// called after it was right.
class Reassembly {
 public:
  /// Whether a fragment with these fields is new and can still become part of a message.
  bool wants(base::MessageId id, std::uint16_t fragment, std::uint16_t total) const;
  /// Keeps an authenticated fragment that wants() let through. Returns the whole message once it is there, and forgets
  /// it.
  std::optional<Opened> add(base::MessageId id, Opened fragment, const ReassemblyTerms& terms);
  /// When what is there will have waited too long for the rest; kNever if there is nothing.
  base::TimePoint ends_at() const { return ends_at_; }
  /// Forgets what has waited too long.
  void expire(base::TimePoint now);
  void clear();

 private:
  Opened join();

  base::MessageId id_;
  std::vector<std::optional<base::Buffer>> parts_;  ///< empty: nothing in the making
  std::size_t present_ = 0;
  std::size_t octets_ = 0;
  base::TimePoint ends_at_ = base::kNever;
  base::Buffer head_;  ///< the first fragment's
  base::PayloadType first_ = base::PayloadType::none;
};

}  // namespace latchkey::session
