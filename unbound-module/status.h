#pragma once
// What `latchkeyctl` may ask, and the answers.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "unbound-module/decisions.h"
#include "unbound-module/peers.h"

namespace latchkey::unbound {

/// Counts of Decision::verdict.
using VerdictCounts = std::map<std::string, std::uint64_t, std::less<>>;

/// What is known of questions.
struct Decided {
  VerdictCounts verdicts;
  const Decisions& last;
};

/// Answers one request: `{"schema": 1, "command": "status"}` or `"explain"` with a `"name"` (explain.h). The reply has
/// `schema`, `ok` and, for status, `tunnels`, `failed_peers`, `negotiating`, `waiting`, `verdicts`, `outcomes`,
/// `limits` and `ike`; with `ok` false it has `error`, a sentence. Bytes are numbers, SPIs 8 hex digits, times whole
/// milliseconds. One line without newline. Never fails.
std::string answer_control(std::string_view request, Peers& peers, const Decided& decided,
                           const api::EngineStats& stats, base::TimePoint now);

}  // namespace latchkey::unbound
