#pragma once
// Where somebody else's vectors are, and reading them.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ike-engine/base/bytes.h"

namespace latchkey::support {

/// A folder or file below vectors/ of the shared folder: LATCHKEY_SHARED, else ./shared, else ../shared (from here and
/// from the source tree). Nothing if it is not there; then a line "skip vectors/NAME ..." has been printed.
std::optional<std::filesystem::path> find_vectors(std::string_view name);

/// A whole file. Empty if it cannot be read.
base::Buffer read_octets(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

}  // namespace latchkey::support
