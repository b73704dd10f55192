#pragma once
// Vectors of IKE's key derivation, and the file formats that hold them.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/inspect/json.h"
#include "ike-engine/base/iana.h"

namespace latchkey::inspect {

/// What a vector gives; a field that is empty was not there.
struct KdfVector {
  Json name = Json::object();  ///< its "id" or "tcId", as a field of its own; empty if it has neither
  base::PrfId prf{};
  base::Buffer ni, nr, g_ir, g_ir_new, spi_i, spi_r, skeyseed, sk_d;
  std::size_t dkm_size = 0;    ///< in octets
  std::size_t child_size = 0;  ///< in octets
};

/// More vectors in one file are refused.
inline constexpr std::size_t kMaxKdfVectors = 10000;

struct KdfVectors {
  std::vector<KdfVector> vectors;
  bool is_list = false;  ///< the file holds a list, if only of one
};

/// Reads JSON (a vector, a list, an ACVP file) or a NIST response file. The error is a sentence that names the field.
std::expected<KdfVectors, std::string> read_kdf_vectors(std::string_view file);

/// "HMAC-SHA1", "SHA-1", "PRF_HMAC_SHA2_256" and the like; nothing for a hash that IKE has no PRF for.
std::optional<base::PrfId> prf_named(std::string_view name);

/// A NIST response file: "[SHA-1]" and "[DKM length = 1056]" hold for the vectors behind them, "Ni = 32b5" are fields,
/// "COUNT = 0" begins a vector.
bool is_response_file(std::string_view file);
/// Its vectors as a list of JSON objects in our own words. The error says which line is wrong.
std::expected<nlohmann::json, std::string> json_of_response_file(std::string_view file);

}  // namespace latchkey::inspect
