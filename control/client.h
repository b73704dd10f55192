#pragma once
// One question to the running Latchkey, over its control socket.

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace latchkey::control {

/// Sends `request` as a line to the socket at `path` and returns the reply line without its newline. The error is a
/// sentence: nobody listens there, no permission, no reply within `patience`, a reply above 256 MiB.
std::expected<std::string, std::string> ask(const std::string& path, std::string_view request,
                                            std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace latchkey::control
