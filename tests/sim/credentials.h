#pragma once
// Keys, secrets and certificates of a story: the same in every run.

#include "ike-engine/api/credentials.h"
#include "tests/support/names.h"

namespace latchkey::sim {

using support::fqdn;

/// The day on which all stories play, within the validity of the certificates: seconds since 1970.
inline constexpr std::int64_t kStoryDay = 1767225600;

/// Who has which: a server and its clients, and those who would be taken for them.
enum class Side : std::uint8_t { server, client, impostor };

api::OwnProof own_proof(Side side, api::ProofKind kind, std::string_view name);
/// What the other end demands of an honest one. `kind` is not `anonymous`.
api::PeerProof demanded_proof(Side side, api::ProofKind kind, std::string_view name);
/// The raw key of the server.
api::DnsKey server_key();
/// The server's, or one that only a client has.
api::Ppk ppk_of(Side side, bool required);

}  // namespace latchkey::sim
