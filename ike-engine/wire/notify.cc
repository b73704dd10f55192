#include "ike-engine/wire/notify.h"

#include <algorithm>
#include <utility>

namespace latchkey::wire {

using base::Errc;
using base::NotifyType;

base::Result<Notify> parse_notify(base::Bytes body) {
  base::Reader r(body);
  Notify notify;
  notify.protocol = base::ProtocolId{r.u8()};
  const std::size_t spi_size = r.u8();
  notify.type = NotifyType{r.u16()};
  notify.spi = r.bytes(spi_size);
  notify.data = r.rest();
  if (!r.done()) return base::fail(Errc::truncated, "notify");
  return notify;
}

void write(base::Writer& out, const Notify& notify) {
  out.u8(static_cast<std::uint8_t>(notify.protocol));
  out.u8(static_cast<std::uint8_t>(notify.spi.size()));
  out.u16(static_cast<std::uint16_t>(notify.type));
  out.bytes(notify.spi);
  out.bytes(notify.data);
}

void add_notify(PayloadChain& chain, const Notify& notify) {
  chain.add(base::PayloadType::notify, [&](base::Writer& out) { write(out, notify); });
}

void add_notify(PayloadChain& chain, base::NotifyType type, base::Bytes data) {
  add_notify(chain, Notify{base::ProtocolId::none, {}, type, data});
}

base::Result<base::KeMethod> parse_invalid_ke(base::Bytes data) {
  base::Reader r(data);
  const base::KeMethod method{r.u16()};
  if (!r.done()) return base::fail(Errc::truncated, "invalid_ke_payload: not two octets");
  return method;
}

base::Buffer invalid_ke_data(base::KeMethod wanted) {
  base::Writer out;
  out.u16(static_cast<std::uint16_t>(wanted));
  return out.take();
}

base::Result<std::vector<base::HashAlgorithm>> parse_hash_algorithms(base::Bytes data) {
  if (data.size() % 2 != 0) return base::fail(Errc::malformed, "signature_hash_algorithms: odd size");
  if (data.size() / 2 > kMaxHashAlgorithms) return base::fail(Errc::exhausted, "signature_hash_algorithms");
  std::vector<base::HashAlgorithm> algorithms;
  for (base::Reader r(data); r.left() > 0;) algorithms.push_back(base::HashAlgorithm{r.u16()});
  return algorithms;
}

base::Buffer hash_algorithms_data(std::span<const base::HashAlgorithm> algorithms) {
  base::Writer out(2 * algorithms.size());
  for (const base::HashAlgorithm algorithm : algorithms) out.u16(static_cast<std::uint16_t>(algorithm));
  return out.take();
}

std::string_view to_string(NotifyType type) {
  using enum NotifyType;
  static constexpr std::pair<NotifyType, std::string_view> kNames[] = {
      {unsupported_critical_payload, "UNSUPPORTED_CRITICAL_PAYLOAD"},
      {invalid_ike_spi, "INVALID_IKE_SPI"},
      {invalid_major_version, "INVALID_MAJOR_VERSION"},
      {invalid_syntax, "INVALID_SYNTAX"},
      {invalid_message_id, "INVALID_MESSAGE_ID"},
      {invalid_spi, "INVALID_SPI"},
      {no_proposal_chosen, "NO_PROPOSAL_CHOSEN"},
      {invalid_ke_payload, "INVALID_KE_PAYLOAD"},
      {authentication_failed, "AUTHENTICATION_FAILED"},
      {single_pair_required, "SINGLE_PAIR_REQUIRED"},
      {no_additional_sas, "NO_ADDITIONAL_SAS"},
      {internal_address_failure, "INTERNAL_ADDRESS_FAILURE"},
      {failed_cp_required, "FAILED_CP_REQUIRED"},
      {ts_unacceptable, "TS_UNACCEPTABLE"},
      {invalid_selectors, "INVALID_SELECTORS"},
      {temporary_failure, "TEMPORARY_FAILURE"},
      {child_sa_not_found, "CHILD_SA_NOT_FOUND"},
      {initial_contact, "INITIAL_CONTACT"},
      {set_window_size, "SET_WINDOW_SIZE"},
      {additional_ts_possible, "ADDITIONAL_TS_POSSIBLE"},
      {ipcomp_supported, "IPCOMP_SUPPORTED"},
      {nat_detection_source_ip, "NAT_DETECTION_SOURCE_IP"},
      {nat_detection_destination_ip, "NAT_DETECTION_DESTINATION_IP"},
      {cookie, "COOKIE"},
      {use_transport_mode, "USE_TRANSPORT_MODE"},
      {http_cert_lookup_supported, "HTTP_CERT_LOOKUP_SUPPORTED"},
      {rekey_sa, "REKEY_SA"},
      {esp_tfc_padding_not_supported, "ESP_TFC_PADDING_NOT_SUPPORTED"},
      {non_first_fragments_also, "NON_FIRST_FRAGMENTS_ALSO"},
      {mobike_supported, "MOBIKE_SUPPORTED"},
      {redirect_supported, "REDIRECT_SUPPORTED"},
      {redirect, "REDIRECT"},
      {redirected_from, "REDIRECTED_FROM"},
      {childless_ikev2_supported, "CHILDLESS_IKEV2_SUPPORTED"},
      {fragmentation_supported, "IKEV2_FRAGMENTATION_SUPPORTED"},
      {signature_hash_algorithms, "SIGNATURE_HASH_ALGORITHMS"},
      {use_ppk, "USE_PPK"},
      {ppk_identity, "PPK_IDENTITY"},
      {no_ppk_auth, "NO_PPK_AUTH"},
      {intermediate_exchange_supported, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
  };
  const auto* const it = std::ranges::find(kNames, type, &std::pair<NotifyType, std::string_view>::first);
  return it == std::end(kNames) ? std::string_view("notify") : it->second;
}

}  // namespace latchkey::wire
