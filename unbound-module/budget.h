#pragma once
// Security rule 5: DNS can make us send IKE, but not without bound.

#include <array>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"

namespace latchkey::unbound {

/// A bucket that holds `most` tokens and gains one each `per_token`.
class Bucket {
 public:
  /// Takes a token; false if there is none.
  bool take(unsigned most, base::Duration per_token, base::TimePoint now);
  /// Puts one back.
  void refund(unsigned most);

 private:
  unsigned used_ = 0;
  base::TimePoint since_{};  ///< up to when what came back has been counted
};

/// Negotiations overall and to one destination. Of constant size: destinations share a bucket with those of the same
/// hash, which at worst makes an innocent one wait; that an attacker can have anyway by naming the innocent one itself.
class Budget {
 public:
  static constexpr unsigned kOverall = 5000;
  static constexpr base::Duration kOverallEach = std::chrono::microseconds(200);
  static constexpr unsigned kDestination = 8;
  static constexpr base::Duration kDestinationEach = std::chrono::seconds(5);

  /// Whether one more negotiation with `destination` may begin.
  bool take(const base::Address& destination, base::TimePoint now);
  /// The destination has proven its key: that negotiation was wanted there.
  void refund(const base::Address& destination);

 private:
  Bucket& bucket(const base::Address& destination);

  Bucket overall_;
  std::array<Bucket, 8192> destinations_;
};

}  // namespace latchkey::unbound
