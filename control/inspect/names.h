#pragma once
// Names of the IANA registry "Internet Key Exchange Version 2 (IKEv2) Parameters", for people. Empty for a number that
// it does not have (or did not have in 2024).

#include <string_view>

#include "ike-engine/base/iana.h"

namespace latchkey::inspect {

/// "IKE_SA_INIT".
std::string_view exchange_name(base::ExchangeType exchange);
/// "SA", "KE", "IDi": the notation of RFC 7296 section 3.2.
std::string_view payload_name(base::PayloadType payload);
/// "COOKIE".
std::string_view notify_name(base::NotifyType notify);
/// "Digital Signature".
std::string_view auth_method_name(base::AuthMethod method);
}  // namespace latchkey::inspect
