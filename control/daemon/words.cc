#include "control/daemon/words.h"

#include <fmt/format.h>

namespace latchkey::control {

std::string reason_text(const api::Failed& failed) {
  std::string text(api::to_string(failed.reason));
  if (failed.notify != 0) text += fmt::format(", notify {}", failed.notify);
  if (!failed.detail.empty()) text += ": " + failed.detail;
  return text;
}

std::string spi_text(base::Spi spi) { return fmt::format("{:08x}", spi.value); }

std::string_view mode_word(api::Mode mode) { return mode == api::Mode::tunnel ? "tunnel" : "transport"; }

std::string_view encapsulation_word(bool encapsulated) { return encapsulated ? "udp" : "native"; }

}  // namespace latchkey::control
