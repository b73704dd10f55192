#include "control/daemon/setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/secret_file.h"
#include "host/text_file.h"
#include "ike-engine/crypto/certificate.h"
#include "ike-engine/crypto/shared_secret.h"
#include "ike-engine/crypto/signature.h"
#include "unbound-module/ipseckey_text.h"

namespace latchkey::control {
namespace {

using api::ProofKind;
using host::PlacedText;
template <class T>
using Loaded = std::expected<T, std::string>;

std::string_view text_of(const base::SecretBytes& secret) {
  return {reinterpret_cast<const char*>(secret.view().data()), secret.size()};
}

/// Loads what entries name; its errors say where in the configuration the name stands.
class Loader {
 public:
  explicit Loader(const std::string& config) : config_(config) {}

  Loaded<api::OwnProof> own(const host::OwnEntry& entry) const;
  Loaded<api::PeerProof> peer(const host::PeerEntry& entry) const;
  Loaded<api::Ppk> ppk(const host::PpkEntry& entry) const;

 private:
  std::unexpected<std::string> failure(const PlacedText& what, std::string_view why) const {
    return std::unexpected(fmt::format("{}:{}:{}: {}", config_, what.place.line, what.place.column, why));
  }
  std::unexpected<std::string> bad_file(const PlacedText& file, const base::Error& error) const {
    return failure(file, fmt::format("{}: {}", file.text, error.text));
  }
  Loaded<base::SecretBytes> secret(const PlacedText& file, std::size_t least = crypto::kMinSharedSecret) const;
  Loaded<std::vector<crypto::Certificate>> certificates(const PlacedText& file) const;
  Loaded<void> add_certificates(api::OwnProof& proof, const host::OwnEntry& entry, const crypto::PrivateKey& key) const;
  Loaded<api::DnsKey> record(const PlacedText& text) const;
  Loaded<api::DnsKey> key_file(const PlacedText& file) const;
  Loaded<std::vector<api::DnsKey>> keys(const host::PeerEntry& entry) const;

  const std::string& config_;
};

Loaded<base::SecretBytes> Loader::secret(const PlacedText& file, std::size_t least) const {
  const auto octets = host::read_kept_secret_file(file.text);
  if (!octets) return failure(file, octets.error());
  auto secret = crypto::shared_secret_from_text(text_of(*octets), least);
  if (!secret) return bad_file(file, secret.error());
  return std::move(*secret);
}

Loaded<std::vector<crypto::Certificate>> Loader::certificates(const PlacedText& file) const {
  const auto text = host::read_text_file(file.text);
  if (!text) return failure(file, text.error());
  auto certificates = crypto::Certificate::from_pem(*text);
  if (!certificates) return bad_file(file, certificates.error());
  return std::move(*certificates);
}

Loaded<void> Loader::add_certificates(api::OwnProof& proof, const host::OwnEntry& entry,
                                      const crypto::PrivateKey& key) const {
  const auto chain = certificates(entry.certificates);
  if (!chain) return std::unexpected(chain.error());
  const auto certified = chain->front().public_key();
  if (!certified) return bad_file(entry.certificates, certified.error());
  if (!(*certified == key.public_key())) {
    return failure(entry.certificates, entry.certificates.text + ": the first certificate is not the key's");
  }
  for (const crypto::Certificate& one : *chain) proof.certificates.push_back(base::to_buffer(one.der()));
  if (entry.id) return {};
  auto subject = chain->front().subject_der();
  if (!subject) return bad_file(entry.certificates, subject.error());
  proof.id = {base::IdType::der_asn1_dn, std::move(*subject)};
  return {};
}

Loaded<api::OwnProof> Loader::own(const host::OwnEntry& entry) const {
  api::OwnProof proof;
  proof.kind = entry.kind();
  if (entry.id) proof.id = *entry.id;
  if (proof.kind == ProofKind::anonymous) return proof;
  if (proof.kind == ProofKind::shared_secret) {
    auto loaded = secret(entry.secret_file);
    if (!loaded) return std::unexpected(loaded.error());
    proof.shared_secret = std::move(*loaded);
    return proof;
  }
  auto pem = host::read_kept_secret_file(entry.key.text);
  if (!pem) return failure(entry.key, pem.error());
  const auto key = crypto::PrivateKey::from_pem(text_of(*pem));
  if (!key) return bad_file(entry.key, key.error());
  proof.private_key = std::move(*pem);
  if (proof.kind != ProofKind::certificate) return proof;
  if (auto added = add_certificates(proof, entry, *key); !added) return std::unexpected(added.error());
  return proof;
}

Loaded<api::DnsKey> Loader::record(const PlacedText& text) const {
  auto record = unbound::parse_ipseckey_text(text.text);
  if (!record) return failure(text, record.error());
  const auto key = crypto::PublicKey::from_ipseckey(record->algorithm, record->key);
  if (!key) return failure(text, fmt::format("the record's key: {}", key.error().text));
  return api::DnsKey{record->algorithm, std::move(record->key)};
}

Loaded<api::DnsKey> Loader::key_file(const PlacedText& file) const {
  const auto pem = host::read_text_file(file.text);
  if (!pem) return failure(file, pem.error());
  const auto key = crypto::PublicKey::from_pem(*pem);
  if (!key) return bad_file(file, key.error());
  auto octets = key->ipseckey_key();
  if (!octets) return bad_file(file, octets.error());
  return api::DnsKey{key->ipseckey_algorithm(), std::move(*octets)};
}

Loaded<std::vector<api::DnsKey>> Loader::keys(const host::PeerEntry& entry) const {
  std::vector<api::DnsKey> keys;
  for (const PlacedText& text : entry.keys) {
    auto key = record(text);
    if (!key) return std::unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  for (const PlacedText& file : entry.key_files) {
    auto key = key_file(file);
    if (!key) return std::unexpected(key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

Loaded<api::PeerProof> Loader::peer(const host::PeerEntry& entry) const {
  api::PeerProof proof;
  proof.name = entry.name;
  proof.kind = entry.auth;
  proof.id = entry.id;
  auto loaded_keys = keys(entry);
  if (!loaded_keys) return std::unexpected(loaded_keys.error());
  proof.keys = std::move(*loaded_keys);
  if (entry.auth == ProofKind::shared_secret) {
    auto loaded = secret(entry.secret_file);
    if (!loaded) return std::unexpected(loaded.error());
    proof.shared_secret = std::move(*loaded);
  }
  if (entry.auth == ProofKind::certificate) {
    const auto authorities = certificates(entry.authorities);
    if (!authorities) return std::unexpected(authorities.error());
    if (const auto store = crypto::TrustStore::of(*authorities); !store)
      return bad_file(entry.authorities, store.error());
    for (const crypto::Certificate& one : *authorities) proof.authorities.push_back(base::to_buffer(one.der()));
  }
  return proof;
}

Loaded<api::Ppk> Loader::ppk(const host::PpkEntry& entry) const {
  auto loaded = secret(entry.secret_file, crypto::kMinPpk);
  if (!loaded) return std::unexpected(loaded.error());
  return api::Ppk{base::to_buffer(base::as_bytes(entry.id)), std::move(*loaded), entry.required};
}

Loaded<api::ResponderConfig> load_responder(const host::DaemonConfig& config, const Loader& loader) {
  api::ResponderConfig out;
  for (const host::OwnEntry& entry : config.identities) {
    auto own = loader.own(entry);
    if (!own) return std::unexpected(own.error());
    out.identities.push_back(std::move(*own));
  }
  for (const host::PeerEntry& entry : config.peers) {
    auto peer = loader.peer(entry);
    if (!peer) return std::unexpected(peer.error());
    out.peers.push_back(std::move(*peer));
  }
  for (const host::PpkEntry& entry : config.ppks) {
    auto ppk = loader.ppk(entry);
    if (!ppk) return std::unexpected(ppk.error());
    out.ppks.push_back(std::move(*ppk));
  }
  out.ppk_required = config.ppk_required;
  out.pools = config.pools;
  out.max_half_open = config.limits.half_open;
  out.cookies_from = config.limits.cookies_from;
  out.max_half_open_per_address = config.limits.half_open_per_address;
  out.max_sessions_per_address = config.limits.sessions_per_address;
  out.mode = config.mode;
  return out;
}

Loaded<Connection> load_connection(const host::ConnectionEntry& entry, const Loader& loader) {
  auto own = loader.own(entry.own);
  if (!own) return std::unexpected(own.error());
  auto peer = loader.peer(entry.peer);
  if (!peer) return std::unexpected(peer.error());
  Connection out{entry.name, *entry.remote, std::move(*own), std::move(*peer), entry.mode, entry.request_address};
  if (entry.ppk.empty()) return out;
  auto ppk = loader.ppk(entry.ppk);
  if (!ppk) return std::unexpected(ppk.error());
  out.ppk = std::move(*ppk);
  return out;
}

bool same_own(const api::OwnProof& a, const api::OwnProof& b) {
  return a.kind == b.kind && a.id == b.id && base::same_secret(a.private_key.view(), b.private_key.view()) &&
         base::same_secret(a.shared_secret.view(), b.shared_secret.view()) && a.certificates == b.certificates;
}

bool same_ppk(const std::optional<api::Ppk>& a, const std::optional<api::Ppk>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->id == b->id && a->required == b->required && base::same_secret(a->secret.view(), b->secret.view());
}

bool same_peer(const api::PeerProof& a, const api::PeerProof& b) {
  return a.kind == b.kind && a.id == b.id && a.keys == b.keys &&
         base::same_secret(a.shared_secret.view(), b.shared_secret.view()) && a.authorities == b.authorities;
}

}  // namespace

bool same(const Connection& a, const Connection& b) {
  return a.name == b.name && a.remote == b.remote && a.mode == b.mode && a.request_address == b.request_address &&
         same_own(a.own, b.own) && same_peer(a.peer, b.peer) && same_ppk(a.ppk, b.ppk);
}

Loaded<Setup> load_setup(const host::DaemonConfig& config, const std::string& name) {
  const Loader loader(name);
  Setup setup;
  if (!config.identities.empty()) {
    auto responder = load_responder(config, loader);
    if (!responder) return std::unexpected(responder.error());
    setup.responder = std::move(*responder);
  }
  for (const host::ConnectionEntry& entry : config.connections) {
    auto connection = load_connection(entry, loader);
    if (!connection) return std::unexpected(connection.error());
    setup.connections.push_back(std::move(*connection));
  }
  return setup;
}

}  // namespace latchkey::control
