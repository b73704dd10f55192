#pragma once
// A payload as JSON: its type and body as they stand, and what the engine's own parser makes of the body.

#include "control/inspect/json.h"

#include "ike-engine/base/result.h"
#include "ike-engine/wire/message.h"

namespace latchkey::inspect {

/// {"type", "name", "critical", "body"} and the fields of that type; octets in hex, numbers as in the registry. A body
/// that its parser refuses has "error" instead of the fields.
Json payload_json(const wire::RawPayload& payload);

/// "truncated: ts: selector".
std::string error_text(const base::Error& error);

}  // namespace latchkey::inspect
