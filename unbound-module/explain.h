#pragma once
// `latchkeyctl explain`: from a question to the kernel.

#include <nlohmann/json.hpp>

#include "unbound-module/decisions.h"
#include "unbound-module/peers.h"

namespace latchkey::unbound {

/// Answers `{"schema": 1, "command": "explain", "name": "www.example"}`. The reply has `name` as we write it;
/// `decisions`, the last one of each type in full, the latest first; `earlier`, at most kMostEarlier others; and
/// `peers`, what is known now of each address that these name or on which the name holds a lease, at most kMostPeers.
/// A decision's `stopped_at` says where its way ended: "address", "ipseckey", "policy", "peer", "limit" or "memory";
/// null if there was an answer. With `ok` false: what is asked about is no name.
nlohmann::json explain(const nlohmann::json& request, Peers& peers, const Decisions& decisions, base::TimePoint now);

inline constexpr std::size_t kMostEarlier = 20;
inline constexpr std::size_t kMostPeers = 64;

}  // namespace latchkey::unbound
