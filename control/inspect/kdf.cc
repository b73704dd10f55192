#include "control/inspect/kdf.h"

#include <fmt/format.h>

#include "control/inspect/kdf_vector.h"
#include "control/inspect/payload_json.h"
#include "ike-engine/crypto/ike_keys.h"
#include "ike-engine/crypto/legacy.h"

namespace latchkey::inspect {
namespace {

using base::Bytes;
using base::Result;
using base::SecretBytes;

/// Derives one value after the other; stops at the first error.
class Derivation {
 public:
  explicit Derivation(const KdfVector& vector)
      : in_(vector), prf_(crypto::legacy::find_prf(vector.prf)), json_(vector.name) {}

  Result<Json> run() {
    const std::size_t named = json_.size();
    skeyseed();
    if (!skeyseed_.empty() && !in_.spi_i.empty() && !in_.spi_r.empty()) dkm();
    if (!sk_d_.empty()) from_sk_d();
    if (error_) return std::unexpected(*error_);
    if (json_.size() == named) return base::fail(base::Errc::malformed, "none of g_ir, skeyseed and sk_d is there");
    return json_;
  }

 private:
  /// Keeps a value and shows it; nothing after an error.
  Bytes show(const char* name, Result<SecretBytes> value, SecretBytes& keep) {
    if (!value && !error_) error_ = value.error();
    if (error_) return {};
    json_[name] = base::to_hex(value->view());
    keep = std::move(*value);
    return keep.view();
  }

  void skeyseed() {
    sk_d_ = SecretBytes(in_.sk_d);
    if (!in_.g_ir.empty()) {
      show("skeyseed", crypto::skeyseed(prf_, in_.ni, in_.nr, in_.g_ir), skeyseed_);
    } else {
      skeyseed_ = SecretBytes(in_.skeyseed);
    }
  }

  // RFC 7296 section 2.14: SK_d stands in front, however little the vector asks for.
  void dkm() {
    const std::initializer_list<Bytes> seed = {in_.ni, in_.nr, in_.spi_i, in_.spi_r};
    SecretBytes kept;
    show("dkm", crypto::prf_plus(prf_, skeyseed_.view(), seed, in_.dkm_size), kept);
    if (!in_.sk_d.empty()) return;
    auto sk_d = crypto::prf_plus(prf_, skeyseed_.view(), seed, prf_.size());
    if (sk_d) sk_d_ = std::move(*sk_d);
  }

  void from_sk_d() {
    SecretBytes kept;
    const Bytes sk_d = sk_d_.view();
    show("dkm_child_sa", crypto::prf_plus(prf_, sk_d, {in_.ni, in_.nr}, in_.child_size), kept);
    if (in_.g_ir_new.empty()) return;
    show("dkm_child_sa_dh", crypto::prf_plus(prf_, sk_d, {in_.g_ir_new, in_.ni, in_.nr}, in_.child_size), kept);
    show("skeyseed_rekey", crypto::skeyseed_rekey(prf_, sk_d, in_.g_ir_new, in_.ni, in_.nr), kept);
  }

  const KdfVector& in_;
  crypto::Prf prf_;
  Json json_;
  SecretBytes skeyseed_;
  SecretBytes sk_d_;
  std::optional<base::Error> error_;
};

std::expected<Json, std::string> derive(const KdfVector& vector) {
  if (vector.ni.empty() || vector.nr.empty()) return std::unexpected("ni or nr is missing");
  auto derived = Derivation(vector).run();
  if (!derived) return std::unexpected(error_text(derived.error()));
  return std::move(*derived);
}

}  // namespace

Outcome kdf(std::string_view file) {
  const auto read = read_kdf_vectors(file);
  if (!read) return std::unexpected(read.error());
  Json list = Json::array();
  for (std::size_t i = 0; i < read->vectors.size(); ++i) {
    auto derived = derive(read->vectors[i]);
    if (!derived) return std::unexpected(read->is_list ? fmt::format("[{}]: {}", i, derived.error()) : derived.error());
    list.push_back(std::move(*derived));
  }
  if (read->is_list) return Answer{std::move(list)};
  return Answer{std::move(list.front())};
}

}  // namespace latchkey::inspect
