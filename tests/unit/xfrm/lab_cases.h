#pragma once
// The parts of xfrm_lab. Each leaves both kernels as it found them, and claims so.

#include "tests/unit/xfrm/lab_claims.h"

namespace latchkey::xfrm_lab {

/// Children that are replaced while traffic flows: both modes, both families, native and in UDP.
void run_replacements(const Host& client, const Host& server);
/// How long SAs of `brief` live, a second kernel port on the client's host.
inline constexpr std::chrono::seconds kBrief{3};
/// Limits of an SA and what the kernel says of them.
void run_expiries(const Host& brief, const Host& client, const Host& server);
/// A responder's children, and inner addresses. The client's host has `leased` and `also_leased` on an interface.
void run_clients(const Host& client, const Host& server, const base::Address& leased, const base::Address& also_leased);

}  // namespace latchkey::xfrm_lab
