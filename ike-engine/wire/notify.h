#pragma once
// Notify payload (RFC 7296 section 3.10) and the contents of those notifies that have some.

#include <vector>

#include "ike-engine/base/bytes.h"
#include "ike-engine/base/iana.h"
#include "ike-engine/base/result.h"
#include "ike-engine/wire/message.h"

namespace latchkey::wire {

struct Notify {
  // RFC 7296 section 3.10
  //= If the SPI field is empty, this field MUST be sent as zero and MUST be ignored on receipt.
  base::ProtocolId protocol = base::ProtocolId::none;
  base::Bytes spi;
  base::NotifyType type{};
  base::Bytes data;

  /// RFC 7296 section 3.10.1: types below 16384 are errors.
  bool is_error() const { return static_cast<std::uint16_t>(type) < base::kFirstStatusNotify; }
};

/// Errors: truncated (the SPI size overruns the payload).
base::Result<Notify> parse_notify(base::Bytes body);
void write(base::Writer& out, const Notify& notify);
/// Adds a notify to a message; the second form has neither protocol nor SPI.
void add_notify(PayloadChain& chain, const Notify& notify);
void add_notify(PayloadChain& chain, base::NotifyType type, base::Bytes data = {});

/// INVALID_KE_PAYLOAD's data: the method that the responder wants. Errors: truncated.
base::Result<base::KeMethod> parse_invalid_ke(base::Bytes data);
base::Buffer invalid_ke_data(base::KeMethod wanted);

inline constexpr std::size_t kMaxHashAlgorithms = 32;
/// SIGNATURE_HASH_ALGORITHMS's data (RFC 7427 section 4). Errors: malformed for an odd size, exhausted.
base::Result<std::vector<base::HashAlgorithm>> parse_hash_algorithms(base::Bytes data);
base::Buffer hash_algorithms_data(std::span<const base::HashAlgorithm> algorithms);

/// The notify's registry name ("NO_PROPOSAL_CHOSEN"), or "notify" for one that we do not know.
std::string_view to_string(base::NotifyType type);

}  // namespace latchkey::wire
