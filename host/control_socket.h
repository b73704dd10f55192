#pragma once
// The control socket: a line in, a line out.

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/loop.h"

namespace latchkey::host {

/// LATCHKEY_SOCKET, or /run/latchkey/control.sock.
std::string control_socket_path();

/// Listens on a Unix socket of mode 0660 and answers each line with one line. Bounds: kMostClients at once (further
/// ones are closed at once), kLongestRequest octets a request and kPatience of silence (then the client is closed).
class ControlSocket {
 public:
  static constexpr std::size_t kMostClients = 16;
  static constexpr std::size_t kLongestRequest = 4096;
  static constexpr std::chrono::seconds kPatience{10};
  using Handler = std::function<std::string(std::string_view request)>;

  /// Makes the folder if it is missing. A socket that nobody listens on any more is replaced, a live one and any other
  /// file is not. `loop` outlives the result. The error is a sentence for the operator.
  static std::expected<std::unique_ptr<ControlSocket>, std::string> open(Loop& loop, const std::string& path,
                                                                         Handler handler);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  struct Impl;
  explicit ControlSocket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::host
