#pragma once
// What was decided about one question, and the way that led there: for counters, log and `latchkeyctl explain`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike-engine/base/address.h"
#include "ike-engine/base/time.h"
#include "unbound-module/extended_errors.h"

namespace latchkey::unbound {

/// After the question's beginning; less than nothing: never.
using After = std::optional<base::Duration>;

/// One of a name's addresses, as one question saw it.
struct AddressAccount {
  base::Address address;
  std::string_view outcome;  ///< "up", "failed", "refused", "asked" (nobody has answered), "open" (not asked for)
  std::string reason;
  After asked, answered;
  std::uint32_t lease_left_s = 0;
};

/// One IPSECKEY record that could be read and whose key is acceptable.
struct RecordAccount {
  std::uint8_t precedence = 0;
  std::uint8_t algorithm = 0;
  std::string gateway;     ///< as in a zone file
  std::string key_digest;  ///< digest_of(), hex
};

/// The address records and the alias links to them.
struct AnswerAccount {
  After after;
  std::size_t count = 0;
  std::string_view status, alias_status;  ///< DNSSEC's words: "secure", "insecure", "bogus"
  std::string alias_end;                  ///< empty: there is no alias
};

struct KeyAccount {
  After after;
  std::string owner;  ///< where it was asked for last
  std::string_view status;
  std::size_t records = 0, malformed = 0, refused = 0;
  std::vector<RecordAccount> usable;  ///< at most kMostRecords, by precedence
  bool seen_private = false;          ///< the name's memory

  static constexpr std::size_t kMostRecords = 8;
};

struct Decision {
  std::string name;
  std::string type;     ///< "A", "AAAA", ...
  std::string verdict;  ///< static words: "released", "released-tunnel", "servfail-tunnel", "servfail-bogus", ...
  std::string reason;

  base::TimePoint begun{};
  base::Duration took{};
  AnswerAccount answer{};
  KeyAccount key{};
  std::string group{};                      ///< of the operator's that decided, and what found it; empty: none
  std::string_view rule{};                  ///< to_string(Action); empty: it did not come to that
  std::vector<AddressAccount> addresses{};  ///< both families', those that were looked at
  std::optional<std::uint32_t> ttl_s{};     ///< at most this was given out with addresses that have a tunnel
  std::optional<ExtendedError> error{};
};

}  // namespace latchkey::unbound
