#pragma once
// As responder, between IKE_SA_INIT and IKE_AUTH: octets, not objects, and no IKE SA yet, since there may be many of
// them and most of a flood's never come back.

#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "ike-engine/api/types.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/session/intermediate.h"

namespace latchkey::session {

/// What AUTH of either side is made with.
struct AuthKeys {
  base::SecretBytes sk_pi, sk_pr;
};

/// What is kept of one client. The shared secret is computed when its first protected message
/// comes.
struct HalfOpen {
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  api::Path path;  ///< of the request
  api::IkeSuite suite;
  bool fragmentation = false;
  bool encapsulated = false;
  bool behind_nat = false;              ///< we are
  bool peer_may_be_behind_nat = false;  ///< what the client says of its address is not what we see
  base::Buffer request;                 ///< AUTH covers both
  base::Buffer response;
  base::SecretBytes private_value;             ///< of our key exchange; the public one stands in the response
  std::unique_ptr<AuthKeys> auth_keys;         ///< once its first protected message has come
  std::unique_ptr<Intermediate> intermediate;  ///< if additional key exchanges were agreed on
  base::TimePoint deadline = base::kNever;

  /// What AUTH covers of IKE_INTERMEDIATE; empty if there was none.
  base::Buffer covered() const { return intermediate ? intermediate->covered() : base::Buffer{}; }
};

/// An IKE_SA_INIT request as it comes again when our answer got lost.
struct InitKey {
  base::IkeSpi spi_i;
  base::Endpoint remote;

  friend bool operator==(const InitKey&, const InitKey&) = default;
};

/// Those that wait for their first protected message. All of them wait equally long, so the oldest is the first to go.
class HalfOpens {
 public:
  const HalfOpen& add(std::unique_ptr<HalfOpen> fresh);
  /// Of our SPI, or nullptr.
  const HalfOpen* find(base::IkeSpi spi_r) const;
  /// Whose request has been answered before, also if it has been taken out since; nullptr: nobody's.
  const HalfOpen* answered(const InitKey& key) const;
  /// Its first protected message has come: it belongs to an IKE SA from now on. It counts until over() is said.
  std::unique_ptr<HalfOpen> take(base::IkeSpi spi_r);
  /// One that was taken is established, refused or given up, and about to go: to be said of each.
  void over(const HalfOpen& taken) { by_request_.erase(&taken); }
  /// One whose time is over at `now`, oldest first; nothing if there is none.
  std::unique_ptr<HalfOpen> take_expired(base::TimePoint now);
  /// When the next one's time is over; kNever if none waits.
  base::TimePoint next_deadline();
  /// All that count.
  std::size_t size() const { return by_request_.size(); }

 private:
  /// Found by what its request says; the set holds no copy of that.
  struct ByRequest {
    using is_transparent = void;
    static InitKey key_of(const HalfOpen* one) { return {one->spi_i, one->path.remote}; }
    std::size_t operator()(const InitKey& key) const noexcept;
    std::size_t operator()(const HalfOpen* one) const noexcept { return (*this)(key_of(one)); }
    bool operator()(const HalfOpen* a, const HalfOpen* b) const noexcept { return key_of(a) == key_of(b); }
    bool operator()(const InitKey& key, const HalfOpen* one) const noexcept { return key == key_of(one); }
    bool operator()(const HalfOpen* one, const InitKey& key) const noexcept { return key == key_of(one); }
  };

  void skip_taken();

  std::unordered_map<base::IkeSpi, std::unique_ptr<HalfOpen>> waiting_;
  std::unordered_set<const HalfOpen*, ByRequest, ByRequest> by_request_;
  std::deque<base::IkeSpi> by_age_;  ///< some may have been taken
};

}  // namespace latchkey::session
