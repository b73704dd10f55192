#pragma once
// Numbers that must not be mixed up: an SPI is not a message ID.

#include <compare>
#include <cstddef>
#include <functional>

namespace latchkey::base {

/// A `Rep` that converts to and from nothing else by itself. `Tag` is any incomplete type.
template <class Tag, class Rep>
struct Strong {
  using rep = Rep;
  Rep value{};

  friend auto operator<=>(const Strong&, const Strong&) = default;
};

}  // namespace latchkey::base

template <class Tag, class Rep>
struct std::hash<latchkey::base::Strong<Tag, Rep>> {
  std::size_t operator()(const latchkey::base::Strong<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
