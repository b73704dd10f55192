#include "control/inspect/names.h"

#include <algorithm>
#include <array>

#include "ike-engine/wire/notify.h"

namespace latchkey::inspect {
namespace {

struct Named {
  unsigned number;
  std::string_view name;
};

constexpr std::array kExchanges{
    Named{34, "IKE_SA_INIT"},      Named{35, "IKE_AUTH"},           Named{36, "CREATE_CHILD_SA"},
    Named{37, "INFORMATIONAL"},    Named{38, "IKE_SESSION_RESUME"}, Named{39, "GSA_AUTH"},
    Named{40, "GSA_REGISTRATION"}, Named{41, "GSA_REKEY"},          Named{43, "IKE_INTERMEDIATE"},
    Named{44, "IKE_FOLLOWUP_KE"},
};

constexpr std::array kPayloads{
    Named{33, "SA"},   Named{34, "KE"},    Named{35, "IDi"}, Named{36, "IDr"}, Named{37, "CERT"}, Named{38, "CERTREQ"},
    Named{39, "AUTH"}, Named{40, "Nonce"}, Named{41, "N"},   Named{42, "D"},   Named{43, "V"},    Named{44, "TSi"},
    Named{45, "TSr"},  Named{46, "SK"},    Named{47, "CP"},  Named{48, "EAP"}, Named{49, "GSPM"}, Named{50, "IDg"},
    Named{51, "GSA"},  Named{52, "KD"},    Named{53, "SKF"}, Named{54, "PS"},
};

constexpr std::array kAuthMethods{
    Named{1, "RSA Digital Signature"},
    Named{2, "Shared Key Message Integrity Code"},
    Named{3, "DSS Digital Signature"},
    Named{9, "ECDSA with SHA-256 on the P-256 curve"},
    Named{10, "ECDSA with SHA-384 on the P-384 curve"},
    Named{11, "ECDSA with SHA-512 on the P-521 curve"},
    Named{12, "Generic Secure Password Authentication Method"},
    Named{13, "NULL Authentication"},
    Named{14, "Digital Signature"},
};

/// Notifies beyond those that the engine knows.
constexpr std::array kNotifies{
    Named{40, "UNACCEPTABLE_ADDRESSES"},
    Named{41, "UNEXPECTED_NAT_DETECTED"},
    Named{42, "USE_ASSIGNED_HoA"},
    Named{45, "INVALID_GROUP_ID"},
    Named{46, "AUTHORIZATION_FAILED"},
    Named{47, "STATE_NOT_FOUND"},
    Named{48, "TS_MAX_QUEUE"},
    Named{49, "REGISTRATION_FAILED"},
    Named{16397, "ADDITIONAL_IP4_ADDRESS"},
    Named{16398, "ADDITIONAL_IP6_ADDRESS"},
    Named{16399, "NO_ADDITIONAL_ADDRESSES"},
    Named{16400, "UPDATE_SA_ADDRESSES"},
    Named{16401, "COOKIE2"},
    Named{16402, "NO_NATS_ALLOWED"},
    Named{16403, "AUTH_LIFETIME"},
    Named{16404, "MULTIPLE_AUTH_SUPPORTED"},
    Named{16405, "ANOTHER_AUTH_FOLLOWS"},
    Named{16409, "TICKET_LT_OPAQUE"},
    Named{16410, "TICKET_REQUEST"},
    Named{16411, "TICKET_ACK"},
    Named{16412, "TICKET_NACK"},
    Named{16413, "TICKET_OPAQUE"},
    Named{16414, "LINK_ID"},
    Named{16415, "USE_WESP_MODE"},
    Named{16416, "ROHC_SUPPORTED"},
    Named{16417, "EAP_ONLY_AUTHENTICATION"},
    Named{16419, "QUICK_CRASH_DETECTION"},
    Named{16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
    Named{16421, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED"},
    Named{16422, "IKEV2_MESSAGE_ID_SYNC"},
    Named{16423, "IPSEC_REPLAY_COUNTER_SYNC"},
    Named{16424, "SECURE_PASSWORD_METHODS"},
    Named{16425, "PSK_PERSIST"},
    Named{16426, "PSK_CONFIRM"},
    Named{16427, "ERX_SUPPORTED"},
    Named{16428, "IFOM_CAPABILITY"},
    Named{16429, "GROUP_SENDER"},
    Named{16432, "CLONE_IKE_SA_SUPPORTED"},
    Named{16433, "CLONE_IKE_SA"},
    Named{16434, "PUZZLE"},
    Named{16435, "USE_PPK"},
    Named{16436, "PPK_IDENTITY"},
    Named{16437, "NO_PPK_AUTH"},
    Named{16439, "IP4_ALLOWED"},
    Named{16440, "IP6_ALLOWED"},
    Named{16441, "ADDITIONAL_KEY_EXCHANGE"},
    Named{16442, "USE_AGGFRAG"},
    Named{16443, "SUPPORTED_AUTH_METHODS"},
    Named{16444, "SA_RESOURCE_INFO"},
};

template <std::size_t size, class Number>
std::string_view name_of(const std::array<Named, size>& table, Number number) {
  const auto* row = std::ranges::find(table, static_cast<unsigned>(number), &Named::number);
  return row == table.end() ? std::string_view{} : row->name;
}

}  // namespace

std::string_view exchange_name(base::ExchangeType exchange) { return name_of(kExchanges, exchange); }

std::string_view payload_name(base::PayloadType payload) { return name_of(kPayloads, payload); }

std::string_view auth_method_name(base::AuthMethod method) { return name_of(kAuthMethods, method); }

std::string_view notify_name(base::NotifyType notify) {
  const std::string_view known = wire::to_string(notify);
  return known == "notify" ? name_of(kNotifies, notify) : known;
}

}  // namespace latchkey::inspect
