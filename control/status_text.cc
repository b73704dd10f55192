#include "control/status_text.h"

#include <fmt/format.h>

#include <array>

#include "control/json_fields.h"

namespace latchkey::control {
namespace {

using nlohmann::json;

std::string names_text(const json& tunnel) {
  std::string names;
  for (const json& name : list(tunnel, "names")) {
    if (name.is_string()) names += (names.empty() ? "" : ", ") + name.get<std::string>();
  }
  return names.empty() ? "(no name holds a lease)" : names;
}

std::string counts_text(const json& status, const char* key) {
  std::string text;
  const auto counts = status.find(key);
  if (counts == status.end() || !counts->is_object()) return text;
  for (const auto& [name, count] : counts->items()) text += fmt::format("  {:>10}  {}\n", count.dump(), name);
  return text;
}

}  // namespace

std::string duration_text(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < units.size(); ++unit) value /= 1000;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string tunnel_text(const json& tunnel) {
  const auto lease = number<std::int64_t>(tunnel, "lease_ms");
  const std::string gateway = tunnel.contains("gateway") ? " by " + std::string(word(tunnel, "gateway")) : "";
  const bool unverified = tunnel.contains("verified") && tunnel["verified"] == json(false);
  return fmt::format(
      "  {}{}  {}{}\n"
      "    key      {}, proven by {}; {:.16}\n"
      "    IKE      {}\n"
      "    ESP      {}, {} mode, {}; SPI in {}, out {}\n"
      "    traffic  {}\n"
      "    age      {}; lease {}\n",
      word(tunnel, "address"), gateway, names_text(tunnel), unverified ? "  [unverified name]" : "",
      word(tunnel, "key"), word(tunnel, "auth"), word(tunnel, "key_digest"), word(tunnel, "ike"), word(tunnel, "esp"),
      word(tunnel, "mode"), word(tunnel, "encapsulation") == "udp" ? "in UDP" : "native", word(tunnel, "spi_in"),
      word(tunnel, "spi_out"), traffic_text(tunnel), duration_text(number<std::int64_t>(tunnel, "age_ms")),
      lease > 0 ? "ends in " + duration_text(lease) : "ended");
}

std::string failure_text(const json& peer) {
  return fmt::format("  {}  {}; failed {} times, tried again in {} at the earliest\n", word(peer, "address"),
                     word(peer, "reason"), word(peer, "times"), duration_text(number<std::int64_t>(peer, "retry_ms")));
}

std::string status_text(const json& status) {
  const json& tunnels = list(status, "tunnels");
  const json& failed = list(status, "failed_peers");
  std::string text = fmt::format("tunnels: {}\n", tunnels.size());
  for (const json& tunnel : tunnels) text += tunnel_text(tunnel);
  text += fmt::format("negotiating: {}, questions waiting: {}\n", word(status, "negotiating"), word(status, "waiting"));
  text += fmt::format("failed peers: {}\n", failed.size());
  for (const json& peer : failed) text += failure_text(peer);
  text += "answers by verdict:\n" + counts_text(status, "verdicts");
  text += "tunnels wanted, by outcome:\n" + counts_text(status, "outcomes");
  text += "refused at a limit, by which:\n" + counts_text(status, "limits");
  return text;
}

}  // namespace latchkey::control
