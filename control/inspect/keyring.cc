#include "control/inspect/keyring.h"

#include <fmt/format.h>

#include "control/inspect/algorithms.h"
#include "control/inspect/json.h"

namespace latchkey::inspect {
namespace {

using base::IkeSpi;
using base::SecretBytes;
using Done = std::expected<void, std::string>;
using Octets = std::expected<base::Buffer, std::string>;

std::expected<IkeSpi, std::string> spi_of(const JsonObject& sa, std::string_view key) {
  const auto octets = sa.octets(key);
  if (!octets) return std::unexpected(octets.error());
  if (octets->size() != 8) return std::unexpected(sa.path(key) + " is not 16 hex digits");
  return IkeSpi{base::Reader(*octets).u64()};
}

std::expected<crypto::DirectionKeys, std::string> direction(const Octets& encr, const Octets& integ) {
  if (!encr) return std::unexpected(encr.error());
  if (!integ) return std::unexpected(integ.error());
  return crypto::DirectionKeys{SecretBytes(*encr), SecretBytes(*integ)};
}

std::expected<SaOpener, std::string> opener_of(const JsonObject& sa) {
  auto initiator = direction(sa.octets("sk_ei"), sa.octets_if_any("sk_ai"));
  if (!initiator) return std::unexpected(initiator.error());
  auto responder = direction(sa.octets("sk_er"), sa.octets_if_any("sk_ar"));
  if (!responder) return std::unexpected(responder.error());
  auto opener = SaOpener::make({std::move(*initiator), std::move(*responder)}, all_algorithms());
  if (!opener) return std::unexpected(fmt::format("{}: {}", sa.where(), opener.error()));
  return opener;
}

Done add_sa(Keyring& keyring, const nlohmann::json& value, const std::string& where) {
  const auto sa = JsonObject::of(value, where);
  if (!sa) return std::unexpected(sa.error());
  const auto spi_i = spi_of(*sa, "spi_i");
  if (!spi_i) return std::unexpected(spi_i.error());
  const auto spi_r = spi_of(*sa, "spi_r");
  if (!spi_r) return std::unexpected(spi_r.error());
  auto opener = opener_of(*sa);
  if (!opener) return std::unexpected(opener.error());
  keyring.add(*spi_i, *spi_r, std::move(*opener));
  return {};
}

Done add_sas(Keyring& keyring, const nlohmann::json& list, const std::string& where) {
  if (!list.is_array()) return std::unexpected(where + " is not a list");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto added = add_sa(keyring, list[i], fmt::format("{}[{}]", where, i)); !added) return added;
  }
  return {};
}

/// One key and salt, as RFC 7634's appendices give them.
Done add_for_any(Keyring& keyring, const JsonObject& file) {
  const auto key = file.octets("key");
  if (!key) return std::unexpected(key.error());
  const auto salt = file.octets_if_any("salt");
  if (!salt) return std::unexpected(salt.error());
  const base::Buffer sk_e = base::concat({*key, *salt});
  auto opener = SaOpener::make({{SecretBytes(sk_e), {}}, {SecretBytes(sk_e), {}}}, all_algorithms());
  if (!opener) return std::unexpected("key and salt: " + opener.error());
  keyring.add_for_any(std::move(*opener));
  return {};
}

Done add_file(Keyring& keyring, const nlohmann::json& value) {
  if (value.is_array()) return add_sas(keyring, value, "");
  const auto file = JsonObject::of(value, "");
  if (!file) return std::unexpected("neither an object nor a list");
  if (file->has("ike_sas")) return add_sas(keyring, (*file)["ike_sas"], "ike_sas");
  if (file->has("key")) return add_for_any(keyring, *file);
  if (file->has("sk_ei")) return add_sa(keyring, value, "");
  return std::unexpected("none of ike_sas, key and sk_ei is there");
}

}  // namespace

void Keyring::add(IkeSpi spi_i, IkeSpi spi_r, SaOpener opener) {
  const auto place = openers_.find({spi_i, spi_r});
  if (place == openers_.end()) {
    openers_.emplace(std::pair{spi_i, spi_r}, std::move(opener));
  } else {
    place->second.append(std::move(opener));
  }
}

void Keyring::add_for_any(SaOpener opener) { any_ = std::move(opener); }

SaOpener* Keyring::find(const wire::Header& header) {
  const auto place = openers_.find({header.spi_i, header.spi_r});
  if (place != openers_.end()) return &place->second;
  return any_ ? &*any_ : nullptr;
}

std::expected<Keyring, std::string> read_keys_json(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  Keyring keyring;
  if (auto added = add_file(keyring, *value); !added) return std::unexpected(added.error());
  return keyring;
}

}  // namespace latchkey::inspect
