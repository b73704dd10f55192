#include "control/inspect/kdf_vector.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ike-engine/crypto/legacy.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;
using Names = std::array<std::string_view, 2>;  ///< ours, ACVP's
using Octets = std::expected<base::Buffer, std::string>;

constexpr std::uint64_t kMaxBits = 8 * 4096;  // of one derived value, unless the expected one is longer
constexpr std::size_t kAes128 = 16;

/// A vector, and the ACVP group that it is in: what the first lacks the second may have.
struct Source {
  JsonObject vector;
  std::optional<JsonObject> group;

  /// The object that has one of these names, and the name; the vector and the first name if none has any.
  std::pair<const JsonObject*, std::string_view> find(const Names& names) const {
    for (const std::string_view name : names) {
      if (vector.has(name)) return {&vector, name};
      if (group && group->has(name)) return {&*group, name};
    }
    return {&vector, names.front()};
  }

  Octets octets(const Names& names) const {
    const auto [object, name] = find(names);
    return object->octets_if_any(name);
  }
};

struct Field {
  base::Buffer KdfVector::*member;
  Names names;
};
constexpr std::array kFields{
    Field{&KdfVector::ni, {"ni", "nInit"}},
    Field{&KdfVector::nr, {"nr", "nResp"}},
    Field{&KdfVector::g_ir, {"g_ir", "gir"}},
    Field{&KdfVector::g_ir_new, {"g_ir_new", "girNew"}},
    Field{&KdfVector::spi_i, {"spi_i", "spiInit"}},
    Field{&KdfVector::spi_r, {"spi_r", "spiResp"}},
    Field{&KdfVector::skeyseed, {"skeyseed", "skeyseed"}},
    Field{&KdfVector::sk_d, {"sk_d", "sk_d"}},
};

std::expected<base::PrfId, std::string> prf_of(const Source& source) {
  const auto [object, name] = source.find({"prf", "hashAlg"});
  const auto text = object->text(name);
  if (!text) return std::unexpected(text.error());
  const auto prf = prf_named(*text);
  if (!prf) return std::unexpected(object->path(name) + " is not a PRF that IKE has");
  return *prf;
}

/// How long a derived value is to be: as the expected one, as announced in bits, or `otherwise`. In octets.
std::expected<std::size_t, std::string> size_of(const Source& source, std::string_view expected, const Names& lengths,
                                                std::size_t otherwise) {
  if (source.vector.has("expect")) {
    const auto answers = JsonObject::of(source.vector["expect"], source.vector.path("expect"));
    if (!answers) return std::unexpected(answers.error());
    const auto octets = answers->octets_if_any(expected);
    if (!octets) return std::unexpected(octets.error());
    if (!octets->empty()) return octets->size();
  }
  const auto [object, name] = source.find(lengths);
  if (!object->has(name)) return otherwise;
  const auto bits = object->number(name, kMaxBits);
  if (!bits) return std::unexpected(bits.error());
  if (*bits % 8 != 0) return std::unexpected(object->path(name) + " is not a whole number of octets");
  return *bits / 8;
}

std::expected<KdfVector, std::string> read_vector(const Source& source) {
  KdfVector vector;
  for (const char* key : {"id", "tcId"}) {
    if (source.vector.has(key)) vector.name[key] = source.vector[key];
  }
  const auto prf = prf_of(source);
  if (!prf) return std::unexpected(prf.error());
  vector.prf = *prf;
  for (const Field& field : kFields) {
    auto octets = source.octets(field.names);
    if (!octets) return std::unexpected(octets.error());
    vector.*field.member = std::move(*octets);
  }
  // SK_d, SK_pi, SK_pr, SK_ai, SK_ar of the hash's size, and two keys of AES-CBC-128.
  const std::size_t all_keys = 5 * crypto::legacy::find_prf(*prf).size() + 2 * kAes128;
  const auto dkm = size_of(source, "dkm", {"dkm_length", "derivedKeyingMaterialLength"}, all_keys);
  if (!dkm) return std::unexpected(dkm.error());
  const auto child = size_of(source, "dkm_child_sa", {"dkm_child_sa_length", "derivedKeyingMaterialChildLength"}, *dkm);
  if (!child) return std::unexpected(child.error());
  vector.dkm_size = *dkm;
  vector.child_size = *child;
  return vector;
}

class VectorFile {
 public:
  std::expected<void, std::string> read(const json& value) {
    if (value.is_array()) return read_list(value, "", std::nullopt);
    const auto file = JsonObject::of(value, "");
    if (!file) return std::unexpected("neither an object nor a list");
    if (file->has("testGroups")) return read_groups((*file)["testGroups"], "testGroups");
    return add(value, "", std::nullopt);
  }

  KdfVectors result;

 private:
  /// ACVP wraps its files in a list, too: [{"acvVersion": "1.0"}, {"testGroups": ...}].
  std::expected<void, std::string> read_list(const json& list, const std::string& where,
                                             const std::optional<JsonObject>& group) {
    result.is_list = true;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string place = fmt::format("{}[{}]", where, i);
      const json& value = list[i];
      if (value.is_object() && value.contains("acvVersion")) continue;
      const bool groups = value.is_object() && value.contains("testGroups");
      auto read = groups ? read_groups(value["testGroups"], place + ".testGroups") : add(value, place, group);
      if (!read) return read;
    }
    return {};
  }

  std::expected<void, std::string> read_groups(const json& groups, const std::string& where) {
    result.is_list = true;
    if (!groups.is_array()) return std::unexpected(where + " is not a list");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::string place = fmt::format("{}[{}]", where, i);
      const auto group = JsonObject::of(groups[i], place);
      if (!group) return std::unexpected(group.error());
      const json& tests = (*group)["tests"];
      if (!tests.is_array()) return std::unexpected(place + ".tests is not a list");
      if (auto read = read_list(tests, place + ".tests", *group); !read) return read;
    }
    return {};
  }

  std::expected<void, std::string> add(const json& value, const std::string& where,
                                       const std::optional<JsonObject>& group) {
    const auto object = JsonObject::of(value, where);
    if (!object) return std::unexpected(object.error());
    if (result.vectors.size() == kMaxKdfVectors) return std::unexpected("more vectors than are read");
    auto vector = read_vector({*object, group});
    if (!vector) return std::unexpected(vector.error());
    result.vectors.push_back(std::move(*vector));
    return {};
  }
};

}  // namespace

std::optional<base::PrfId> prf_named(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') plain += static_cast<char>(c - ('a' - 'A'));
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) plain += c;
  }
  for (const std::string_view prefix : {"PRF", "HMAC"}) {
    if (plain.starts_with(prefix)) plain.erase(0, prefix.size());
  }
  constexpr std::pair<std::string_view, base::PrfId> kPrfs[] = {
      {"MD5", base::PrfId::hmac_md5},         {"SHA1", base::PrfId::hmac_sha1},
      {"SHA256", base::PrfId::hmac_sha2_256}, {"SHA2256", base::PrfId::hmac_sha2_256},
      {"SHA384", base::PrfId::hmac_sha2_384}, {"SHA2384", base::PrfId::hmac_sha2_384},
      {"SHA512", base::PrfId::hmac_sha2_512}, {"SHA2512", base::PrfId::hmac_sha2_512},
  };
  for (const auto& [known, prf] : kPrfs) {
    if (plain == known) return prf;
  }
  return std::nullopt;
}

std::expected<KdfVectors, std::string> read_kdf_vectors(std::string_view file) {
  const auto value = is_response_file(file) ? json_of_response_file(file) : parse_json(file);
  if (!value) return std::unexpected(value.error());
  VectorFile vectors;
  if (auto read = vectors.read(*value); !read) return std::unexpected(read.error());
  return std::move(vectors.result);
}

}  // namespace latchkey::inspect
