#pragma once
// Message IDs and what is kept for retransmission (RFC 7296 sections 2.1 to 2.3). Our window is one request each way.

#include <vector>

#include "ike-engine/api/ports.h"
#include "ike-engine/base/ids.h"

namespace latchkey::session {

/// How often and after what time a request is sent again.
struct Patience {
  base::Duration first{};
  unsigned max_retransmits = 0;
};

/// Wait after the `sent`-th sending (1-based) of a request, in microseconds: first * 2^(sent - 1), and up to a quarter
/// more at random, so that a thousand clients of a restarted server don't come back in step. Doubling ends at 2^10.
/// Source: RFC 7296 section 2.4 asks for exponentially growing times; the figures are our choice.
base::Duration backoff(const Patience& patience, unsigned sent, api::Random& random);

/// A request of ours, from its first sending to its answer. Its octets are kept, not rebuilt.
class PendingRequest {
 public:
  void begin(base::MessageId id, std::vector<base::Buffer> datagrams, const Patience& patience, base::TimePoint now,
             api::Random& random);
  /// It was sent once more: when the next time comes.
  void sent_again(const Patience& patience, base::TimePoint now, api::Random& random);
  /// The answer came, or nobody waits for it any more. Its octets go.
  void end();
  /// No retransmission for now; the octets stay.
  void pause() { next_ = base::kNever; }
  /// Due at `now` after a pause.
  void resume(base::TimePoint now) { next_ = now; }

  bool pending() const { return !datagrams_.empty(); }
  bool paused() const { return next_ == base::kNever; }
  bool exhausted(const Patience& patience) const { return sent_ > patience.max_retransmits; }
  base::MessageId id() const { return id_; }
  /// How often it was sent.
  unsigned sent() const { return sent_; }
  /// When it is sent again, or given up; kNever if nothing is pending.
  base::TimePoint next() const { return pending() ? next_ : base::kNever; }
  const std::vector<base::Buffer>& datagrams() const { return datagrams_; }

 private:
  base::MessageId id_;
  std::vector<base::Buffer> datagrams_;
  unsigned sent_ = 0;
  base::TimePoint next_ = base::kNever;
};

/// The peer's requests: which one may come next, and our answer to the last one.
class PeerWindow {
 public:
  enum class Arrival : std::uint8_t {
    fresh,
    repeated,   ///< the last one once more
    forgotten,  ///< below the window: it was answered, or will never be
    above,
  };

  PeerWindow() = default;
  /// The first request to come bears this ID.
  explicit PeerWindow(base::MessageId first) : expected_(first) {}

  Arrival classify(base::MessageId id) const;
  /// The request that was fresh is answered with these octets.
  void answered(std::vector<base::Buffer> response);
  base::MessageId expected() const { return expected_; }
  const std::vector<base::Buffer>& last_response() const { return last_response_; }

 private:
  base::MessageId expected_;
  std::vector<base::Buffer> last_response_;
};

}  // namespace latchkey::session
