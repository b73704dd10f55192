#pragma once
// Files that hold keys: read into memory that is wiped, written for their owner alone.

#include <expected>
#include <string>

#include "ike-engine/base/secret.h"

namespace latchkey::host {

inline constexpr std::size_t kMaxSecretFile = std::size_t{64} << 10;

/// The whole of a regular file of at most kMaxSecretFile octets. The error is a sentence that begins with the path.
std::expected<base::SecretBytes, std::string> read_secret_file(const std::string& path);

/// The same, of a file that is kept as a secret should be: root's or our own user's, and neither its group nor others
/// have any right to it. The error says what to do then.
std::expected<base::SecretBytes, std::string> read_kept_secret_file(const std::string& path);

/// Makes a new file of mode 0600, whatever the umask. A file that is there already stays as it is, also behind a
/// symbolic link, and one that could not be written whole is taken away. The error is a sentence that begins with the
/// path.
std::expected<void, std::string> write_secret_file(const std::string& path, base::Bytes secret);

}  // namespace latchkey::host
