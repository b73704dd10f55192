#pragma once
// The bounds at which questions are refused.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::unbound {

/// What a wish can be refused for, beside what its peer does.
enum class Bound : std::uint8_t {
  peers,           ///< tunnels and negotiations there are
  waiting,         ///< questions that wait
  client_waiting,  ///< and those of one client
  half_open,       ///< negotiations under way
  engine,          ///< the engine's own tables
  overall,         ///< and the others: how many negotiations begin in a time
  destination,
  zone,
  client,
};
inline constexpr std::size_t kBounds = 9;
/// "peers", "half_open", ...: for log and status.
std::string_view to_string(Bound bound);

}  // namespace latchkey::unbound
