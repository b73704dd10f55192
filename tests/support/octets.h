#pragma once
// Octets typed by hand, and the two ways of lying that every parser meets.

#include <gtest/gtest.h>

#include <concepts>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::support {

/// Octets from hex that a person typed; a slip of the pen ends the test program.
inline base::Buffer hex(std::string_view text) { return base::from_hex(text).value(); }

/// What `write(writer, value)` gives.
template <class Value>
base::Buffer written(const Value& value) {
  base::Writer out;
  write(out, value);
  return out.take();
}

/// Every shorter form of `body`, octet for octet, must be refused. The copy is exact, so a sanitizer sees an overread.
template <class Parse>
void expect_every_truncation_refused(base::Bytes body, Parse parse) {
  for (std::size_t size = 0; size < body.size(); ++size) {
    const base::Buffer shorter = base::to_buffer(body.first(size));
    EXPECT_FALSE(parse(shorter).has_value()) << size << " of " << body.size() << " octets";
  }
}

/// `body` with the octet at `at` replaced.
inline base::Buffer with_octet(base::Buffer body, std::size_t at, std::integral auto value) {
  body.at(at) = static_cast<std::uint8_t>(value);
  return body;
}

}  // namespace latchkey::support
