#pragma once
// The test responder: the server's side of IKEv2 over wire/ and crypto/, without anything of session/ or policy/.
// A value machine like the engine: datagrams go in, datagrams come out. Paths are the responder's own: local is its
// side.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "ike-engine/api/types.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/key_exchange.h"
#include "ike-engine/crypto/signature.h"
#include "ike-engine/wire/sa.h"
#include "tests/support/behaviour.h"
#include "tests/support/sealing.h"

namespace latchkey::support {

/// What a CREATE_CHILD_SA request may ask for.
enum class Create { rekey_ike, rekey_child, new_child };

/// A CREATE_CHILD_SA request of the responder's own, until it is answered.
struct PendingCreation {
  Create what{};
  std::uint32_t message_id = 0;
  base::Buffer nonce;
  std::optional<crypto::KeyExchange> key_exchange;
  base::Spi spi;         ///< of a child
  base::IkeSpi ike_spi;  ///< of an IKE SA
};

/// One IKE SA of the responder's, with everything that a test may want to compare.
struct ResponderSa {
  base::IkeSpi spi_i;
  base::IkeSpi spi_r;
  api::Path path;  ///< of the client's newest authenticated datagram
  api::IkeSuite suite;
  crypto::IkeKeys keys;
  base::Buffer nonce_i, nonce_r;
  base::Buffer init_request, init_reply;
  bool client_fragments = false;  ///< IKEV2_FRAGMENTATION_SUPPORTED
  bool nat = false;               ///< NAT detection says that ESP goes in UDP
  std::vector<base::HashAlgorithm> hashes;
  Sealing sealing;

  bool authenticated = false;         ///< the client's AUTH_NULL was right
  bool initiator = false;             ///< of this IKE SA: the responder has rekeyed it itself
  std::optional<api::ChildSa> child;  ///< the newest, as the responder has to install it
  std::vector<api::ChildSa> former;   ///< those before it
  bool asked_transport = false;       ///< the client sent USE_TRANSPORT_MODE
  bool deleted = false;               ///< the client has deleted the IKE SA
  std::vector<base::Spi> deleted_children;

  std::vector<Plain> requests;   ///< of the client, opened, fragments joined, in order of arrival
  std::vector<Plain> responses;  ///< of the client, to requests of ours
  std::size_t fragments_received = 0;

  std::optional<PendingCreation> creation;
  std::uint32_t next_request = 0;
  std::map<std::uint32_t, std::vector<base::Buffer>> replies;  ///< by message ID: what a retransmission gets again
  FragmentCollector collector, response_collector;
};

class Responder {
 public:
  /// `random` fills octets; give it a seeded generator where a run must be repeatable.
  Responder(crypto::PrivateKey key, Behaviour behaviour, crypto::RandomFill random);

  /// A datagram from the client, without non-ESP marker; what goes back, in order.
  std::vector<api::Datagram> receive(base::Bytes datagram, const api::Path& path);

  /// Requests of the responder's own within the newest SA, which must be authenticated.
  std::vector<api::Datagram> send_delete_ike();
  std::vector<api::Datagram> send_delete_child();
  std::vector<api::Datagram> send_liveness_check();
  /// A CREATE_CHILD_SA that rekeys the IKE SA, rekeys the child, or asks for another child; `pfs`: with a key exchange
  /// for the child. `edit` has the last word on its payloads. The answer completes it.
  std::vector<api::Datagram> send_create_child(Create what, bool pfs = false,
                                               const std::function<void(Payloads&)>& edit = {});
  /// Any request or reply at all, sealed; for tests of what must be refused.
  std::vector<api::Datagram> send_request(base::ExchangeType exchange, const Payloads& payloads);
  std::vector<api::Datagram> send_sealed(wire::Header header, base::PayloadType first, base::Bytes content);

  Behaviour& behaviour() { return behaviour_; }
  /// What an IPSECKEY record says of the responder's key.
  api::DnsKey dns_key() const;
  /// From the next negotiation on it proves another key.
  void change_key(crypto::PrivateKey key) { key_ = std::move(key); }
  /// The newest IKE SA, or nullptr.
  ResponderSa* newest() { return sas_.empty() ? nullptr : sas_.back().get(); }
  const std::vector<std::unique_ptr<ResponderSa>>& sas() const { return sas_; }
  /// The SA whose child has come up since the last call, oldest first; nullptr if there is none.
  ResponderSa* take_established();
  /// How many IKE_SA_INIT requests came in, whatever became of them.
  std::size_t init_requests() const { return init_requests_; }
  /// The newest IKE_SA_INIT request's octets.
  const base::Buffer& last_init() const { return last_init_; }

 private:
  struct InitRequest;
  using Datagrams = std::vector<api::Datagram>;

  Datagrams receive_init(const wire::Message& message, const api::Path& path);
  Datagrams accept_init(const InitRequest& request, const api::Path& path);
  Datagrams refuse_init(const wire::Header& request, const api::Path& path, base::NotifyType type, base::Bytes data);
  std::optional<base::Buffer> wanted_cookie(const InitRequest& request, const api::Path& path);
  void forge(Datagrams& out, const InitRequest& request, const api::IkeSuite& suite, base::IkeSpi spi_r,
             const api::Path& path);
  void add_nat_detection(Payloads& payloads, const InitRequest& request, base::IkeSpi spi_r, const api::Path& path);

  Datagrams receive_protected(const wire::Message& message, const api::Path& path);
  Datagrams answer(ResponderSa& sa, const Plain& request);
  Payloads answer_auth(ResponderSa& sa, const Plain& request);
  Payloads answer_informational(ResponderSa& sa, const Plain& request);
  base::Result<Payloads> authenticate(ResponderSa& sa, const Plain& request);
  base::Result<void> make_child(ResponderSa& sa, const Plain& request, Payloads& reply);
  Payloads answer_create_child(ResponderSa& sa, const Plain& request);
  Payloads answer_child(ResponderSa& sa, const Plain& request, const wire::Sa& offer);
  Payloads answer_rekey_ike(ResponderSa& sa, const Plain& request, const wire::Sa& offer);
  void complete_creation(ResponderSa& sa, const Plain& response);
  void add_heir(const ResponderSa& old, bool initiator, const crypto::KeyInputs& inputs, const base::SecretBytes& g_ir);
  base::Buffer creation_nonce();

  Datagrams sealed(ResponderSa& sa, wire::Header header, const Payloads& payloads, std::size_t fragment_size);
  base::Buffer random_octets(std::size_t size);
  base::IkeSpi random_spi();

  crypto::PrivateKey key_;
  Behaviour behaviour_;
  crypto::RandomFill random_;
  base::Buffer cookie_secret_;
  unsigned cookies_given_ = 0;
  std::size_t init_requests_ = 0;
  base::Buffer last_init_;
  std::vector<std::unique_ptr<ResponderSa>> sas_;
  std::map<base::IkeSpi, ResponderSa*> by_spi_;  ///< our own SPI
  std::map<base::IkeSpi, ResponderSa*> by_client_spi_;
  std::vector<ResponderSa*> established_;
};

/// A payload from a value of wire/: payload(PayloadType::ke, wire::Ke{...}).
template <class Value>
Payload payload(base::PayloadType type, const Value& value) {
  base::Writer out;
  write(out, value);
  return {type, out.take()};
}
/// A notify without SPI.
Payload notify_payload(base::NotifyType type, base::Bytes data = {});
/// Without critical bits, which a PayloadChain never has.
wire::PayloadChain chain_of(const Payloads& payloads);
/// The chain's octets, critical bits and all.
base::Buffer content_of(const Payloads& payloads);
/// A message that is not protected.
base::Buffer plain_message(const wire::Header& header, const Payloads& payloads);
/// The first notify of `type` among `payloads`, its data; nothing if there is none.
std::optional<base::Bytes> find_notify(const std::vector<wire::RawPayload>& payloads, base::NotifyType type);

}  // namespace latchkey::support
