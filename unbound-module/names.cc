#include "unbound-module/names.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace latchkey::unbound {
namespace {

char lower(std::uint8_t octet) { return static_cast<char>(octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet); }

}  // namespace

std::string canonical(base::Bytes name) {
  std::string key;
  key.reserve(name.size());
  for (const std::uint8_t octet : name) key.push_back(lower(octet));
  return key;
}

bool same_name(base::Bytes a, base::Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](std::uint8_t x, std::uint8_t y) { return lower(x) == lower(y); });
}

std::string name_text(base::Bytes name) {
  const std::string wire = canonical(name);
  const std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)> rdf(
      ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()), &ldns_rdf_deep_free);
  if (!rdf || wire.empty()) return "?";
  const std::unique_ptr<char, decltype(&std::free)> chars(ldns_rdf2str(rdf.get()), &std::free);
  if (!chars) return "?";
  std::string text = chars.get();
  if (text.size() > 1 && text.back() == '.') text.pop_back();
  return text;
}

std::string type_text(std::uint16_t type) {
  switch (type) {
    case kTypeA: return "A";
    case kTypeAaaa: return "AAAA";
    case kTypeHttps: return "HTTPS";
    case kTypeSvcb: return "SVCB";
    case kTypeAny: return "ANY";
    default: return "TYPE" + std::to_string(type);
  }
}

Security security_of(const lk_rrset& rrset, const lk_answer& answer) {
  if (answer.security == LK_SECURE) return Security::secure;
  if (rrset.security == LK_BOGUS || answer.security == LK_BOGUS) return Security::bogus;
  return rrset.security == LK_SECURE ? Security::secure : Security::insecure;
}

Chain follow_aliases(base::Bytes name, const lk_answer& answer) {
  Chain chain{{name}, Security::secure};
  for (std::size_t i = 0; i < answer.count; ++i) {  // Unbound gives the links in their order
    const lk_rrset& rrset = answer.rrsets[i];
    if (rrset.section != LK_ANSWER || rrset.type != kTypeCname || rrset.count == 0) continue;
    if (!same_name(view(rrset.owner), chain.end())) continue;
    chain.names.push_back(view(rrset.rdata[0]));
    const Security link = security_of(rrset, answer);
    if (link == Security::bogus || chain.security == Security::secure) chain.security = link;
  }
  return chain;
}

}  // namespace latchkey::unbound
