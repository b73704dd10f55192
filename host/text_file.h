#pragma once
// Files that an operator names, read whole. Those with secrets: secret_file.h.

#include <expected>
#include <string>

namespace latchkey::host {

/// A file of at most 1 MiB. The error is one sentence that begins with the path.
std::expected<std::string, std::string> read_text_file(const std::string& path);

}  // namespace latchkey::host
