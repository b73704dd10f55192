#include "control/sessions_text.h"

#include <fmt/format.h>

#include "control/json_fields.h"
#include "control/status_text.h"

namespace latchkey::control {
namespace {

using nlohmann::json;

std::string inner_text(const json& session) {
  std::string text;
  for (const auto& [key, what] : {std::pair{"inner_remote", "leases"}, std::pair{"inner_local", "has leased us"}}) {
    const auto place = session.find(key);
    if (place != session.end() && place->is_string()) text += fmt::format("  {} {}", what, place->get<std::string>());
  }
  return text;
}

std::string proof_text(const json& session) {
  const std::string key = word(session, "key");
  return fmt::format("{}{}, {}", word(session, "proof"), key.empty() || key == "?" ? "" : " " + key,
                     word(session, "auth"));
}

std::string session_text(const json& session) {
  const bool began = session.contains("initiator") && session["initiator"] == json(true);
  return fmt::format(
      "  {}  {}{}{}\n"
      "    peer     {}; {}\n"
      "    IKE      {}\n"
      "    ESP      {}, {} mode, {}; SPI in {}, out {}\n"
      "    traffic  {}\n"
      "    age      {}\n",
      word(session, "session"), word(session, "address"), inner_text(session), began ? "  (begun by us)" : "",
      word(session, "peer"), proof_text(session), word(session, "ike"), word(session, "esp"), word(session, "mode"),
      word(session, "encapsulation") == "udp" ? "in UDP" : "native", word(session, "spi_in"), word(session, "spi_out"),
      traffic_text(session), duration_text(number<std::int64_t>(session, "age_ms")));
}

std::string connection_text(const json& connection) {
  std::string text =
      fmt::format("  {}  {}  {}", word(connection, "name"), word(connection, "remote"), word(connection, "state"));
  if (word(connection, "state") == "waiting") {
    text += fmt::format("; failed {} times ({}), tried again in {}", word(connection, "failures"),
                        word(connection, "reason"), duration_text(number<std::int64_t>(connection, "retry_ms")));
  }
  return text + "\n";
}

std::string counters_text(const json& status) {
  const auto ike = status.find("ike");
  if (ike == status.end() || !ike->is_object()) return {};
  return fmt::format(
      "since the start: {} sessions, {} negotiations failed, {} clients turned away, {} cookies sent, {} refused at a "
      "limit\n",
      word(*ike, "established"), word(*ike, "failed"), word(status, "clients_refused"), word(*ike, "cookies_sent"),
      word(*ike, "half_open_refused"));
}

}  // namespace

bool is_of_latchkeyd(const json& status) { return status.contains("sessions"); }

std::string sessions_text(const json& status) {
  const json& sessions = list(status, "sessions");
  const json& connections = list(status, "connections");
  std::string text = fmt::format("sessions: {}\n", sessions.size());
  for (const json& session : sessions) text += session_text(session);
  text += fmt::format("half open: {}\n", word(status, "half_open"));
  if (!connections.empty()) text += "connections:\n";
  for (const json& connection : connections) text += connection_text(connection);
  return text + counters_text(status);
}

}  // namespace latchkey::control
