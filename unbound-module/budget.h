#pragma once
// Security rule 5: DNS can make us send IKE, but not without bound.

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"
#include "unbound-module/bound.h"
#include "unbound-module/want.h"

namespace latchkey::unbound {

/// Who counts as one client: an IPv6 one has a whole subnet to ask from. A view into `client`.
base::Bytes client_octets(const std::optional<base::Address>& client);

/// How many negotiations may begin at once, and how soon each may be followed by another.
struct Allowance {
  unsigned most = 1;  ///< at least 1
  base::Duration each = std::chrono::seconds(1);
};

/// A bucket of tokens.
class Bucket {
 public:
  bool has_token(const Allowance& allowance, base::TimePoint now);
  /// After has_token().
  void take() { ++used_; }
  /// Puts one back.
  void refund();

 private:
  unsigned used_ = 0;
  base::TimePoint since_{};  ///< up to when what came back has been counted
};

/// Buckets in a table of constant size. Those whose hashes collide share one; nobody knows beforehand who they are.
class Buckets {
 public:
  static constexpr std::size_t kCount = 8192;
  Buckets() : buckets_(kCount) {}
  Bucket& at(std::uint64_t hash) { return buckets_[hash % kCount]; }

 private:
  std::vector<Bucket> buckets_;
};

/// Chosen at random when the process starts, so that nobody can aim at another's bucket.
using HashKey = std::array<std::uint8_t, 16>;
/// The first 64 bits of SHA-256 over both.
std::uint64_t keyed_hash(const HashKey& key, base::Bytes what);

/// Negotiations overall, to one destination, for the names of one zone, and for one client.
///
/// Where one owner's names end and another's begin nobody tells us: zone cuts and signatures are the attacker's to make
/// below a name of his own. So a name pays three times, for its last one, two and three labels, and what holds more
/// labels gets less: whoever owns `evil.example` stays in that bucket, however many zones he makes below, and cannot
/// empty that of `example`, nor the owner of `evil.co.example` that of `co.example`.
class Budget {
 public:
  static constexpr Allowance kOverall{5000, std::chrono::microseconds(200)};
  static constexpr Allowance kDestination{8, std::chrono::seconds(5)};
  /// In this time all of a client's or a zone's tokens come back.
  static constexpr base::Duration kRefill = std::chrono::seconds(10);
  /// For names of one label, two and three: so many times `per_zone`, halves.
  static constexpr std::array<unsigned, 3> kHalvesOfZone{32, 2, 1};

  struct Limits {
    unsigned per_client = 200;
    unsigned per_zone = 64;
  };

  Budget(const HashKey& key, Limits limits) : key_(key), limits_(limits) {}
  void set_limits(Limits limits) { limits_ = limits; }

  /// One more negotiation with `destination` begins on the payer's account; or the bound that refuses it, and then
  /// nothing is taken. Without a payer: overall and of the destination only.
  std::optional<Bound> take(const Payer* payer, const base::Address& destination, base::TimePoint now);
  /// The destination has proven its key: that negotiation was wanted there.
  void refund(const Payer* payer, const base::Address& destination);

 private:
  struct Charge {
    Bucket* bucket;
    Allowance allowance;
    Bound bound;
  };
  std::vector<Charge> charges(const Payer* payer, const base::Address& destination);
  void add_zones(std::string_view owner, std::vector<Charge>& charges);

  HashKey key_;
  Limits limits_;
  Bucket overall_;
  Buckets destinations_, clients_;
  std::array<Buckets, kHalvesOfZone.size()> zones_;  ///< by number of labels
};

}  // namespace latchkey::unbound
