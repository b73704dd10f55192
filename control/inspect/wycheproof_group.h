#pragma once
// One group of Wycheproof tests. Only for wycheproof*.cc.

#include <expected>
#include <string>

#include "control/inspect/json.h"

namespace latchkey::inspect {

struct Ruling {
  bool valid = false;
  bool by_engine = true;
};
using Ruled = std::expected<Ruling, std::string>;

/// A group and the file's "algorithm".
struct WycheproofGroup {
  JsonObject fields;
  std::string algorithm;
};

// What each rules on one test of a group of its kind. The error names a field that is missing or wrong, or what we do
// not have.
Ruled rule_on_aead(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_mac(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_xdh(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_ecdh_point(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_ecdh(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_ecdsa(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_ecdsa_p1363(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_eddsa(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_rsa_pkcs1(const WycheproofGroup& group, const JsonObject& test);
Ruled rule_on_rsa_pss(const WycheproofGroup& group, const JsonObject& test);

}  // namespace latchkey::inspect
