#include "unbound-module/status.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/control_replies.h"

namespace latchkey::unbound {
namespace {

using nlohmann::json;

std::int64_t ms(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::string spi_text(base::Spi spi) { return fmt::format("{:08x}", spi.value); }

json tunnel_json(const TunnelView& view) {
  json out = {{"address", view.address.to_string()},
              {"names", view.names},
              {"key", view.agreed.key_name},
              {"auth", view.agreed.auth_scheme},
              {"verified", view.verified},
              {"ike", view.agreed.ike.to_string()},
              {"esp", view.agreed.esp.to_string()},
              {"mode", view.agreed.mode == api::Mode::tunnel ? "tunnel" : "transport"},
              {"encapsulation", view.agreed.encapsulated ? "udp" : "native"},
              {"spi_in", spi_text(view.agreed.spi_in)},
              {"spi_out", spi_text(view.agreed.spi_out)},
              {"reqid", view.agreed.reqid.value},
              {"age_ms", ms(view.age)},
              {"lease_ms", ms(view.lease_left)}};
  if (view.counters) {
    out["bytes_in"] = view.counters->bytes_in;
    out["bytes_out"] = view.counters->bytes_out;
    out["packets_in"] = view.counters->packets_in;
    out["packets_out"] = view.counters->packets_out;
  }
  return out;
}

json status(Peers& peers, const VerdictCounts& verdicts, const api::EngineStats& stats, base::TimePoint now) {
  json out = {{"schema", 1}, {"ok", true}, {"tunnels", json::array()}, {"failed_peers", json::array()}};
  for (const TunnelView& view : peers.tunnels(now)) out["tunnels"].push_back(tunnel_json(view));
  for (const FailureView& view : peers.failures(now)) {
    out["failed_peers"].push_back({{"address", view.address.to_string()},
                                   {"reason", view.reason},
                                   {"times", view.times},
                                   {"retry_ms", ms(view.left)}});
  }
  out["negotiating"] = peers.negotiating();
  out["waiting"] = peers.waiting();
  out["verdicts"] = verdicts;
  out["outcomes"] = {{"up", peers.count(Verdict::up)},
                     {"failed", peers.count(Verdict::failed)},
                     {"forbidden", peers.count(Verdict::forbidden)},
                     {"conflict", peers.count(Verdict::conflict)},
                     {"limit", peers.count(Verdict::limit)}};
  out["limits"] = json::object();
  for (std::size_t i = 0; i < kBounds; ++i) {
    const auto bound = static_cast<Bound>(i);
    out["limits"][std::string(to_string(bound))] = peers.refused(bound);
  }
  out["ike"] = host::stats_json(stats);
  return out;
}

}  // namespace

std::string answer_control(std::string_view request, Peers& peers, const VerdictCounts& verdicts,
                           const api::EngineStats& stats, base::TimePoint now) {
  const json parsed = json::parse(request, nullptr, false);
  if (!parsed.is_object()) return host::reply_line(host::refusal_json("the request is not a JSON object"));
  if (parsed.value("schema", json()) != json(1))
    return host::reply_line(host::refusal_json("only schema 1 is spoken here"));
  if (parsed.value("command", json()) == json("status")) return host::reply_line(status(peers, verdicts, stats, now));
  return host::reply_line(host::refusal_json("no such command"));
}

}  // namespace latchkey::unbound
