#pragma once
// Errors are values: a code that the program acts on and a static text that a person reads.

#include <expected>
#include <string_view>

namespace latchkey::base {

/// What went wrong, as far as a caller decides by it.
enum class Errc {
  truncated,         ///< a length reaches beyond what is there, or something is left over
  malformed,         ///< a field holds what its definition does not allow
  unsupported,       ///< well-formed, but of a kind that we do not have
  unknown_critical,  ///< a payload that we do not know has its critical bit set (RFC 7296 section 2.5)
  weak,              ///< refused by security rule 7
  mismatch,          ///< does not agree with what was offered or expected
  bad_icv,           ///< an integrity check failed
  bad_signature,     ///< an AUTH value does not verify
  exhausted,         ///< a table is at its bound
  not_found,
  kernel,    ///< the kernel refused; KernelError says in its words
  internal,  ///< a library failed where it should not
};

/// An error: `text` is static and never holds a peer's octets, so it may go to any log.
struct Error {
  Errc code;
  std::string_view text;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::truncated, "notify");`
inline std::unexpected<Error> fail(Errc code, std::string_view text) { return std::unexpected(Error{code, text}); }

/// The code's name, as logs and JSON show it.
std::string_view to_string(Errc code);

}  // namespace latchkey::base
