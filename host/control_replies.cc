#include "host/control_replies.h"

namespace latchkey::host {

using nlohmann::json;

json stats_json(const api::EngineStats& stats) {
  return {{"received", stats.received},
          {"sent", stats.sent},
          {"retransmitted", stats.retransmitted},
          {"established", stats.established},
          {"failed", stats.failed},
          {"down", stats.down},
          {"rekeyed", stats.rekeyed},
          {"cookies_sent", stats.cookies_sent},
          {"half_open_refused", stats.half_open_refused},
          {"complaints_made", stats.complaints_made},
          {"complaints_heard", stats.complaints_heard},
          {"dropped",
           {{"malformed", stats.dropped_malformed},
            {"unknown_sa", stats.dropped_unknown_sa},
            {"bad_icv", stats.dropped_bad_icv},
            {"no_transition", stats.dropped_no_transition},
            {"message_id", stats.dropped_message_id},
            {"limit", stats.dropped_limit}}}};
}

json refusal_json(std::string_view error) { return {{"schema", 1}, {"ok", false}, {"error", error}}; }

std::string reply_line(const json& reply) {
  std::string line = reply.dump(-1, ' ', true, json::error_handler_t::replace);
  if (line.size() > kLongestReply) return refusal_json("the reply would be longer than 64 MiB").dump();
  return line;
}

}  // namespace latchkey::host
