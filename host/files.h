#pragma once
// Files that an operator names: read whole, with a bound, and secrets only if they are kept as such.

#include <expected>
#include <string>

#include "ike-engine/base/secret.h"

namespace latchkey::host {

/// A file of at most 1 MiB. The error is one sentence that begins with the path.
std::expected<std::string, std::string> read_file(const std::string& path);

/// A file of at most 64 KiB with a secret: it must be a plain file of root's or of our own user's, and neither its
/// group nor others may have any right to it. The error is one sentence that begins with the path and says what to do.
std::expected<base::SecretBytes, std::string> read_secret_file(const std::string& path);

}  // namespace latchkey::host
