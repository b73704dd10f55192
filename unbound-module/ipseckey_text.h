#pragma once
// The IPSECKEY record in presentation form (RFC 4025 section 3, RFC 3597 section 5, RFC 1035 section 5.1). ldns reads
// some of it wrongly (it refuses "10 0 0 ." and takes a gateway that is cut off), so all but names is ours.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "unbound-module/ipseckey_record.h"

namespace latchkey::unbound {

/// "10 1 2 192.0.2.38 AQNR...": the rdata alone, gateway names with their final dot, the key in one piece.
std::string to_text(const IpseckeyRecord& record);
/// The gateway alone: ".", an address or a name. Nothing for octets that are no gateway of the record's type.
std::optional<std::string> gateway_text(const IpseckeyRecord& record);

/// Reads one record: rdata alone or behind owner, TTL, class and type, as a line of a zone file may have them, with
/// parentheses, comments and \DECIMAL; or rdata in the form of RFC 3597, "\# LENGTH HEX". A gateway name without a
/// final dot gets one: there is no origin. The error is a sentence that says what is wrong and at which character (from
/// 1).
std::expected<IpseckeyRecord, std::string> parse_ipseckey_text(std::string_view text);

}  // namespace latchkey::unbound
