#include "unbound-module/tunnel_json.h"

#include <fmt/format.h>

namespace latchkey::unbound {
namespace {

using nlohmann::json;

std::string spi_text(base::Spi spi) { return fmt::format("{:08x}", spi.value); }

}  // namespace

std::int64_t whole_ms(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

json tunnel_json(const TunnelView& view) {
  json out = {{"address", view.address.to_string()},
              {"names", view.names},
              {"key", view.agreed.key_name},
              {"key_digest", base::to_hex(view.key)},
              {"auth", view.agreed.auth_scheme},
              {"verified", view.verified},
              {"ike", view.agreed.ike.to_string()},
              {"esp", view.agreed.esp.to_string()},
              {"mode", view.agreed.mode == api::Mode::tunnel ? "tunnel" : "transport"},
              {"encapsulation", view.agreed.encapsulated ? "udp" : "native"},
              {"spi_in", spi_text(view.agreed.spi_in)},
              {"spi_out", spi_text(view.agreed.spi_out)},
              {"reqid", view.agreed.reqid.value},
              {"exchanges", view.agreed.exchanges},
              {"took_ms", whole_ms(view.took)},
              {"age_ms", whole_ms(view.age)},
              {"lease_ms", whole_ms(view.lease_left)}};
  if (view.gateway) out["gateway"] = view.gateway->to_string();
  if (view.counters) {
    out["bytes_in"] = view.counters->bytes_in;
    out["bytes_out"] = view.counters->bytes_out;
    out["packets_in"] = view.counters->packets_in;
    out["packets_out"] = view.counters->packets_out;
  }
  return out;
}

json failure_json(const FailureView& view) {
  return {{"address", view.address.to_string()},
          {"reason", view.reason},
          {"times", view.times},
          {"retry_ms", whole_ms(view.left)}};
}

}  // namespace latchkey::unbound
