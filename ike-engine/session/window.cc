#include "ike-engine/session/window.h"

#include <algorithm>

#include "ike-engine/session/jitter.h"

namespace latchkey::session {

namespace {

constexpr unsigned kMaxDoublings = 10;

}  // namespace

base::Duration backoff(const Patience& patience, unsigned sent, api::Random& random) {
  // RFC 7296 section 2.4
  //= retransmission times MUST increase exponentially to avoid flooding the network and making an existing congestion
  //= situation worse.
  const unsigned doublings = std::min(sent == 0 ? 0 : sent - 1, kMaxDoublings);
  const base::Duration wait = patience.first * (std::int64_t{1} << doublings);
  return wait + jitter(wait / 4, random);
}

void PendingRequest::begin(base::MessageId id, std::vector<base::Buffer> datagrams, const Patience& patience,
                           base::TimePoint now, api::Random& random) {
  id_ = id;
  datagrams_ = std::move(datagrams);
  sent_ = 1;
  next_ = now + backoff(patience, sent_, random);
}

void PendingRequest::sent_again(const Patience& patience, base::TimePoint now, api::Random& random) {
  ++sent_;
  next_ = now + backoff(patience, sent_, random);
}

void PendingRequest::end() {
  datagrams_.clear();
  next_ = base::kNever;
}

PeerWindow::Arrival PeerWindow::classify(base::MessageId id) const {
  if (id == expected_) return Arrival::fresh;
  if (id > expected_) return Arrival::above;
  // RFC 7296 section 2.1
  //= The responder MUST remember each response until it receives a request whose sequence number is larger than or
  //= equal to the sequence number in the response plus its window size
  const bool last = expected_.value != 0 && id.value == expected_.value - 1;
  // RFC 7296 section 2.1
  //= If the responder receives a retransmitted request for which it has already forgotten the response, it MUST ignore
  //= the request (and not, for example, attempt constructing a new response).
  return last && !last_response_.empty() ? Arrival::repeated : Arrival::forgotten;
}

void PeerWindow::answered(std::vector<base::Buffer> response) {
  last_response_ = std::move(response);
  ++expected_.value;
}

}  // namespace latchkey::session
