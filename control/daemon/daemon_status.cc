#include "control/daemon/daemon_status.h"

#include <nlohmann/json.hpp>

#include "control/daemon/words.h"
#include "host/control_replies.h"

namespace latchkey::control {
namespace {

using nlohmann::json;

std::int64_t ms(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

json address_json(const std::optional<base::Address>& address) {
  return address ? json(address->to_string()) : json(nullptr);
}

json session_json(const SessionView& session, host::Services& services, base::TimePoint now) {
  const api::Established& agreed = session.agreed;
  json out = {{"session", agreed.session.value},
              {"peer", agreed.peer},
              {"proof", api::to_string(agreed.proof)},
              {"address", agreed.path.remote.address.to_string()},
              {"port", agreed.path.remote.port},
              {"own_address", agreed.path.local.address.to_string()},
              {"inner_remote", address_json(agreed.inner_remote)},
              {"inner_local", address_json(agreed.inner_local)},
              {"initiator", agreed.initiator},
              {"key", agreed.key_name},
              {"auth", agreed.auth_scheme},
              {"ike", agreed.ike.to_string()},
              {"esp", agreed.esp.to_string()},
              {"mode", mode_word(agreed.mode)},
              {"encapsulation", encapsulation_word(agreed.encapsulated)},
              {"spi_in", spi_text(agreed.spi_in)},
              {"spi_out", spi_text(agreed.spi_out)},
              {"reqid", agreed.reqid.value},
              {"age_ms", ms(now - session.since)}};
  if (const auto counters = services.counters(agreed.session)) {
    out["bytes_in"] = counters->bytes_in;
    out["bytes_out"] = counters->bytes_out;
    out["packets_in"] = counters->packets_in;
    out["packets_out"] = counters->packets_out;
  }
  return out;
}

json connection_json(const ConnectionView& view) {
  json out = {{"name", view.name},
              {"remote", view.remote.to_string()},
              {"state", view.state},
              {"session", view.session ? json(view.session->value) : json(nullptr)},
              {"failures", view.failures},
              {"reason", view.reason},
              {"retry_ms", ms(view.retry_in)}};
  return out;
}

json status(const DaemonView& view) {
  json out = {{"schema", 1}, {"ok", true}, {"sessions", json::array()}, {"connections", json::array()}};
  for (const auto& [id, session] : view.sessions) {
    out["sessions"].push_back(session_json(session, view.services, view.now));
  }
  for (const ConnectionView& connection : view.connections) out["connections"].push_back(connection_json(connection));
  out["half_open"] = view.services.half_open_clients();
  out["clients_refused"] = view.clients_refused;
  out["ike"] = host::stats_json(view.services.stats());
  return out;
}

json terminate(const json& request, const DaemonView& view) {
  const json whom = request.value("whom", json());
  if (!whom.is_string())
    return host::refusal_json("whom is missing: a session's number, an address or an inner address");
  const std::size_t count = view.terminate(whom.get<std::string>());
  if (count == 0) return host::refusal_json("no such session");
  return {{"schema", 1}, {"ok", true}, {"terminated", count}};
}

json answer(std::string_view request, const DaemonView& view) {
  const json parsed = json::parse(request, nullptr, false);
  if (!parsed.is_object()) return host::refusal_json("the request is not a JSON object");
  if (parsed.value("schema", json()) != json(1)) return host::refusal_json("only schema 1 is spoken here");
  const json command = parsed.value("command", json());
  if (command == json("status")) return status(view);
  if (command == json("terminate")) return terminate(parsed, view);
  return host::refusal_json("no such command");
}

}  // namespace

std::string answer_control(std::string_view request, const DaemonView& view) {
  return host::reply_line(answer(request, view));
}

}  // namespace latchkey::control
