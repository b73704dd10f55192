#pragma once
// The operator's groups: which of them decides about a name. No I/O, no clock, no memory.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/policy_group.h"
#include "ike-engine/base/address.h"
#include "ike-engine/base/bytes.h"

namespace latchkey::unbound {

/// An entry of the groups, as far as it decides.
struct Rule {
  host::GroupKind kind{};
  bool overrides = false;
  std::uint64_t deadline_us = 0;  ///< 0: as everywhere
  std::optional<host::UnsignedPolicy> unsigned_keys;
};

/// A rule, and the domain or network by which it was found.
struct Match {
  const Rule* rule = nullptr;
  std::string pattern;
};

/// What the groups say of one name and its addresses.
struct Ruling {
  std::optional<Match> by_name, by_address;
  const Rule* rule = nullptr;  ///< that decides; none: no group does
  std::string_view why;        ///< static words: how it was chosen of the two

  /// "private by domain example.org (the stricter one)", "no group"; for log and explain.
  std::string text() const;
};

class Policy {
 public:
  Policy() = default;
  explicit Policy(const std::vector<host::GroupEntry>& groups);

  bool empty() const { return rules_.empty(); }
  /// Whether an address may make a name's group a less strict one.
  bool networks_override() const { return networks_override_; }
  /// Longest suffix over `names` (in wire form: the one that was asked for and those that it is an alias of); where two
  /// entries list the same domain, the stricter. For each address its longest network; over the addresses the
  /// strictest. Of the two the stricter, unless the other overrides. The rule lives as long as the policy.
  Ruling judge(std::span<const base::Bytes> names, std::span<const base::Address> addresses) const;
  /// No rule's deadline is longer. How many were.
  std::size_t bound_deadlines(std::uint64_t most_us);

 private:
  using Place = std::size_t;  // in rules_

  template <class Map, class Key>
  void keep_stricter(Map& map, const Key& key, Place place);
  std::optional<Match> longest_suffix(std::span<const base::Bytes> names) const;
  std::optional<Match> longest_network(const base::Address& address) const;
  std::optional<Match> strictest_network(std::span<const base::Address> addresses) const;

  std::vector<Rule> rules_;
  bool networks_override_ = false;
  std::unordered_map<std::string, Place> domains_;                                         // canonical wire form
  std::map<unsigned, std::unordered_map<base::Address, Place>, std::greater<>> networks_;  // by prefix, both families
};

}  // namespace latchkey::unbound
