#include "unbound-module/name_wire.h"

#include <ldns/ldns.h>

#include <memory>
#include <string>

namespace latchkey::unbound {

std::optional<base::Buffer> name_wire(std::string_view text) {
  if (text.find(char{0}) != std::string_view::npos) return std::nullopt;  // ldns would stop there
  const std::string terminated(text);
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> name(ldns_dname_new_frm_str(terminated.c_str()),
                                                                      &ldns_rdf_deep_free);
  if (!name) return std::nullopt;
  const auto* octets = ldns_rdf_data(name.get());
  return base::Buffer(octets, octets + ldns_rdf_size(name.get()));
}

}  // namespace latchkey::unbound
