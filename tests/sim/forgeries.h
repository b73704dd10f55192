#pragma once
// What somebody without keys can send in another's name.

#include <optional>

#include "ike-engine/base/bytes.h"
#include "tests/support/seeded_random.h"

namespace latchkey::sim {

/// The messages that anybody can still meddle with, since nobody has proven anything.
enum class Opening : std::uint8_t { init_request, init_response, auth_request };
inline constexpr std::size_t kOpenings = 3;
/// Which of them it is, if any.
std::optional<Opening> opening_of(base::Bytes datagram);
/// An answer to an IKE_SA_INIT request: a COOKIE, another group, or a refusal. Empty if it is no request.
base::Buffer forged_notify(base::Bytes request, support::SeededRandom& dice);
/// The true answer, with a bit turned among its notifies: the keys stay what they are.
base::Buffer altered_answer(base::Bytes response, support::SeededRandom& dice);
/// A message of an IKE SA with another message ID, kind or content.
base::Buffer altered_message(base::Bytes message, support::SeededRandom& dice);
/// An IKE_SA_INIT request as a new client's.
base::Buffer another_request(base::Bytes request, support::SeededRandom& dice);

}  // namespace latchkey::sim
