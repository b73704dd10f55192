#pragma once
// Numbers of the IANA registry "Internet Key Exchange Version 2 (IKEv2) Parameters", as far as we know them.
// A value that is not listed is still a legal value of its enum: parsers carry it, policy refuses it.

#include <cstdint>

namespace latchkey::base {

/// RFC 7296 section 3.1; 43 by RFC 9242.
enum class ExchangeType : std::uint8_t {
  ike_sa_init = 34,
  ike_auth = 35,
  create_child_sa = 36,
  informational = 37,
  ike_intermediate = 43,
};

/// RFC 7296 section 3.2; 53 by RFC 7383.
enum class PayloadType : std::uint8_t {
  none = 0,
  sa = 33,
  ke = 34,
  idi = 35,
  idr = 36,
  cert = 37,
  certreq = 38,
  auth = 39,
  nonce = 40,
  notify = 41,
  delete_ = 42,
  vendor_id = 43,
  tsi = 44,
  tsr = 45,
  sk = 46,
  cp = 47,
  eap = 48,
  skf = 53,
};

/// RFC 7296 section 3.3.1.
enum class ProtocolId : std::uint8_t { none = 0, ike = 1, ah = 2, esp = 3 };

/// RFC 7296 section 3.3.2; 6 to 12, Additional Key Exchange 1 to 7, by RFC 9370.
enum class TransformType : std::uint8_t {
  encr = 1,
  prf = 2,
  integ = 3,
  ke = 4,
  esn = 5,
  addke1 = 6,
  addke2 = 7,
  addke3 = 8,
  addke4 = 9,
  addke5 = 10,
  addke6 = 11,
  addke7 = 12,
};

/// Transform type 1. RFC 7296, RFC 3602, RFC 3686, RFC 5282 and RFC 7634.
enum class EncrId : std::uint16_t {
  des3 = 3,
  null = 11,
  aes_cbc = 12,
  aes_ctr = 13,
  aes_ccm_8 = 14,
  aes_ccm_12 = 15,
  aes_ccm_16 = 16,
  aes_gcm_8 = 18,
  aes_gcm_12 = 19,
  aes_gcm_16 = 20,
  chacha20_poly1305 = 28,
};

/// Transform type 2. RFC 4868.
enum class PrfId : std::uint16_t {
  hmac_md5 = 1,
  hmac_sha1 = 2,
  hmac_sha2_256 = 5,
  hmac_sha2_384 = 6,
  hmac_sha2_512 = 7,
};

/// Transform type 3. RFC 2403, RFC 2404, RFC 4595, RFC 4868.
enum class IntegId : std::uint16_t {
  none = 0,
  hmac_md5_96 = 1,
  hmac_sha1_96 = 2,
  hmac_sha1_160 = 7,
  hmac_sha2_256_128 = 12,
  hmac_sha2_384_192 = 13,
  hmac_sha2_512_256 = 14,
};

/// Transform type 4, "Key Exchange Method". RFC 3526, RFC 5903, RFC 8031.
enum class KeMethod : std::uint16_t {
  none = 0,
  modp768 = 1,
  modp1024 = 2,
  modp1536 = 5,
  modp2048 = 14,
  modp3072 = 15,
  modp4096 = 16,
  ecp256 = 19,
  ecp384 = 20,
  ecp521 = 21,
  x25519 = 31,
  x448 = 32,
};

/// Transform type 5.
enum class EsnId : std::uint16_t { no_esn = 0, esn = 1 };

/// RFC 7296 section 3.8; 13 by RFC 7619; 14 by RFC 7427.
enum class AuthMethod : std::uint8_t {
  rsa = 1,
  shared_key = 2,
  dss = 3,
  ecdsa_256 = 9,
  ecdsa_384 = 10,
  ecdsa_521 = 11,
  null = 13,
  digital_signature = 14,
};

/// RFC 7427 section 7; 5 by RFC 8420.
enum class HashAlgorithm : std::uint16_t { sha1 = 1, sha2_256 = 2, sha2_384 = 3, sha2_512 = 4, identity = 5 };

/// RFC 7296 section 3.5; 13 by RFC 7619.
enum class IdType : std::uint8_t {
  ipv4_addr = 1,
  fqdn = 2,
  rfc822_addr = 3,
  ipv6_addr = 5,
  der_asn1_dn = 9,
  der_asn1_gn = 10,
  key_id = 11,
  null = 13,
};

/// RFC 7296 section 3.6; 15 by RFC 7670. Kinds whose syntax no RFC defines are left out.
enum class CertEncoding : std::uint8_t {
  x509_signature = 4,
  crl = 7,
  hash_and_url_x509 = 12,
  hash_and_url_bundle = 13,
  raw_public_key = 15,
};

/// RFC 7296 section 3.13.1.
enum class TsType : std::uint8_t { ipv4_addr_range = 7, ipv6_addr_range = 8 };

/// RFC 7296 section 3.10.1 and the RFCs named.
enum class NotifyType : std::uint16_t {
  unsupported_critical_payload = 1,
  invalid_ike_spi = 4,
  invalid_major_version = 5,
  invalid_syntax = 7,
  invalid_message_id = 9,
  invalid_spi = 11,
  no_proposal_chosen = 14,
  invalid_ke_payload = 17,
  authentication_failed = 24,
  single_pair_required = 34,
  no_additional_sas = 35,
  internal_address_failure = 36,
  failed_cp_required = 37,
  ts_unacceptable = 38,
  invalid_selectors = 39,
  temporary_failure = 43,
  child_sa_not_found = 44,
  initial_contact = 16384,
  set_window_size = 16385,
  additional_ts_possible = 16386,
  ipcomp_supported = 16387,
  nat_detection_source_ip = 16388,
  nat_detection_destination_ip = 16389,
  cookie = 16390,
  use_transport_mode = 16391,
  http_cert_lookup_supported = 16392,
  rekey_sa = 16393,
  esp_tfc_padding_not_supported = 16394,
  non_first_fragments_also = 16395,
  mobike_supported = 16396,
  redirect_supported = 16406,
  redirect = 16407,
  redirected_from = 16408,
  childless_ikev2_supported = 16418,        // RFC 6023
  fragmentation_supported = 16430,          // RFC 7383
  signature_hash_algorithms = 16431,        // RFC 7427
  use_ppk = 16435,                          // RFC 8784
  ppk_identity = 16436,                     // RFC 8784
  no_ppk_auth = 16437,                      // RFC 8784
  intermediate_exchange_supported = 16438,  // RFC 9242
};

/// Notify types below this are errors (RFC 7296 section 3.10.1).
inline constexpr std::uint16_t kFirstStatusNotify = 16384;

}  // namespace latchkey::base
