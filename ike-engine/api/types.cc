#include "ike-engine/api/types.h"

namespace latchkey::api {

namespace {

std::string encr_name(base::EncrId encr, std::uint16_t key_bits) {
  switch (encr) {
    case base::EncrId::aes_gcm_16: return "AES_GCM_16_" + std::to_string(key_bits);
    case base::EncrId::chacha20_poly1305: return "CHACHA20_POLY1305";
    default: return "ENCR_" + std::to_string(static_cast<unsigned>(encr)) + "_" + std::to_string(key_bits);
  }
}

std::string prf_name(base::PrfId prf) {
  switch (prf) {
    case base::PrfId::hmac_sha2_256: return "PRF_HMAC_SHA2_256";
    case base::PrfId::hmac_sha2_384: return "PRF_HMAC_SHA2_384";
    case base::PrfId::hmac_sha2_512: return "PRF_HMAC_SHA2_512";
    default: return "PRF_" + std::to_string(static_cast<unsigned>(prf));
  }
}

std::string ke_name(base::KeMethod ke) {
  switch (ke) {
    case base::KeMethod::x25519: return "CURVE25519";
    case base::KeMethod::ecp256: return "ECP_256";
    case base::KeMethod::ecp384: return "ECP_384";
    case base::KeMethod::modp2048: return "MODP_2048";
    default: return "KE_" + std::to_string(static_cast<unsigned>(ke));
  }
}

}  // namespace

std::string EspSuite::to_string() const { return encr_name(encr, key_bits) + (esn ? "/ESN" : "/NO_ESN"); }

std::string IkeSuite::to_string() const { return encr_name(encr, key_bits) + "/" + prf_name(prf) + "/" + ke_name(ke); }

ConnectRequest ConnectRequest::clone() const {
  ConnectRequest copy{local, remote, keys, deadline, own.clone(), {}, ask_for, mode, request_address};
  for (const PeerProof& peer : peers) copy.peers.push_back(peer.clone());
  return copy;
}

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::timeout: return "timeout";
    case Reason::no_proposal: return "no_proposal";
    case Reason::auth_failed: return "auth_failed";
    case Reason::peer_refused: return "peer_refused";
    case Reason::bad_selectors: return "bad_selectors";
    case Reason::malformed: return "malformed";
    case Reason::kernel: return "kernel";
    case Reason::limit: return "limit";
    case Reason::deleted_by_peer: return "deleted_by_peer";
    case Reason::closed: return "closed";
    case Reason::lifetime: return "lifetime";
    case Reason::dead_peer: return "dead_peer";
  }
  return "unknown";
}

}  // namespace latchkey::api
