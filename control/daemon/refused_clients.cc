#include "control/daemon/refused_clients.h"

#include <utility>

namespace latchkey::control {

void RefusedClients::note(std::string_view detail, base::TimePoint now) {
  ++count_;
  if (now >= until_) {
    until_ = now + kWhile;
    lines_ = 0;
  }
  if (lines_ == kLines) {
    ++untold_;
    return;
  }
  ++lines_;
  log_.info("client_refused", {{"", detail}, {"untold", std::exchange(untold_, 0)}});
}

}  // namespace latchkey::control
