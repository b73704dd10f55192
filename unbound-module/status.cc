#include "unbound-module/status.h"

#include <nlohmann/json.hpp>

#include "host/control_replies.h"
#include "unbound-module/explain.h"
#include "unbound-module/tunnel_json.h"

namespace latchkey::unbound {
namespace {

using nlohmann::json;

json status(Peers& peers, const VerdictCounts& verdicts, const api::EngineStats& stats, base::TimePoint now) {
  json out = {{"schema", 1}, {"ok", true}, {"tunnels", json::array()}, {"failed_peers", json::array()}};
  for (const TunnelView& view : peers.tunnels(now)) out["tunnels"].push_back(tunnel_json(view));
  for (const FailureView& view : peers.failures(now)) out["failed_peers"].push_back(failure_json(view));
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

std::string answer_control(std::string_view request, Peers& peers, const Decided& decided,
                           const api::EngineStats& stats, base::TimePoint now) {
  const json parsed = json::parse(request, nullptr, false);
  if (!parsed.is_object()) return host::reply_line(host::refusal_json("the request is not a JSON object"));
  if (parsed.value("schema", json()) != json(1))
    return host::reply_line(host::refusal_json("only schema 1 is spoken here"));
  const json command = parsed.value("command", json());
  if (command == json("status")) return host::reply_line(status(peers, decided.verdicts, stats, now));
  if (command == json("explain")) return host::reply_line(explain(parsed, peers, decided.last, now));
  return host::reply_line(host::refusal_json("no such command"));
}

}  // namespace latchkey::unbound
