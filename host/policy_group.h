#pragma once
// The operator's word about names and addresses: five groups, whose names Libreswan's users know.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/cidr.h"
#include "host/placed.h"

namespace latchkey::host {

/// What happens to a name whose IPSECKEY record is not signed (DESIGN "Deciding about one name").
enum class UnsignedPolicy : std::uint8_t {
  ignore,         ///< as if there were no key
  opportunistic,  ///< try for unsigned_deadline, release anyway
  require,        ///< a tunnel or SERVFAIL
};

/// The stricter the later.
enum class GroupKind : std::uint8_t {
  clear,             ///< no IKE
  clear_or_private,  ///< no IKE of ours
  private_or_clear,  ///< try, then release
  private_only,      ///< a tunnel or SERVFAIL
  block,             ///< REFUSED
};
/// "clear", "clear-or-private", "private-or-clear", "private", "block".
std::string_view to_string(GroupKind kind);

/// An entry of `groups`.
struct GroupEntry {
  Place place;
  std::optional<GroupKind> kind;
  std::vector<std::string> domains;  ///< lower case, without final dot; empty: the root, which is every name's suffix
  std::vector<Cidr> cidrs;
  std::vector<PlacedText> files;                  ///< more domains and networks, a line each
  bool overrides = false;                         ///< decides also where the stricter group says otherwise
  std::chrono::milliseconds deadline{0};          ///< 0: as everywhere
  std::optional<UnsignedPolicy> unsigned_policy;  ///< none: the group's own
};

/// "www.Example.org." as it stands in `domains`: letters, digits, '-' and '_', labels of at most 63 octets, names of at
/// most 253 (RFC 1035 section 2.3.4). Nothing for anything else.
std::optional<std::string> parse_domain(std::string_view text);

inline constexpr std::size_t kMostGroups = 64;
/// Domains and networks of all groups together, files included.
inline constexpr std::size_t kMostGroupLines = 100'000;
/// What is told beyond that.
std::string too_many_group_lines();

/// Reads what the files of `groups` list into their domains and networks. '#' begins a comment, blank lines are
/// nothing. Names of files count from `folder`. The error is one line: "FILE:LINE: WHAT", or why the file cannot be
/// read.
std::expected<void, std::string> read_group_files(std::vector<GroupEntry>& groups, const std::string& folder);

}  // namespace latchkey::host
