#include "control/inspect/wycheproof.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "control/inspect/wycheproof_group.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;

struct Kind {
  std::string_view type;
  Ruled (*rule)(const WycheproofGroup& group, const JsonObject& test);
};
constexpr std::array kKinds{
    Kind{"AeadTest", rule_on_aead},
    Kind{"MacTest", rule_on_mac},
    Kind{"XdhComp", rule_on_xdh},
    Kind{"EcdhEcpointTest", rule_on_ecdh_point},
    Kind{"EcdhTest", rule_on_ecdh},
    Kind{"EcdsaVerify", rule_on_ecdsa},
    Kind{"EcdsaP1363Verify", rule_on_ecdsa_p1363},
    Kind{"EddsaVerify", rule_on_eddsa},
    Kind{"RsassaPkcs1Verify", rule_on_rsa_pkcs1},
    Kind{"RsassaPssVerify", rule_on_rsa_pss},
    Kind{"RsassaPssWithParametersVerify", rule_on_rsa_pss},
};

std::expected<Judged, std::string> judge(const Kind& kind, const WycheproofGroup& group, const JsonObject& test) {
  const auto tc_id = test.number("tcId", UINT64_MAX);
  if (!tc_id) return std::unexpected(tc_id.error());
  const auto expected = test.text("result");
  if (!expected) return std::unexpected(expected.error());
  const auto ruling = kind.rule(group, test);
  if (!ruling) return std::unexpected(ruling.error());
  return Judged{*tc_id, ruling->valid, *expected, ruling->by_engine};
}

std::expected<void, std::string> judge_group(const std::string& algorithm, const json& value, const std::string& where,
                                             std::vector<Judged>& judged) {
  const auto fields = JsonObject::of(value, where);
  if (!fields) return std::unexpected(fields.error());
  const WycheproofGroup group{*fields, algorithm};
  const auto type = fields->text("type");
  if (!type) return std::unexpected(type.error());
  const auto* kind = std::ranges::find(kKinds, *type, &Kind::type);
  if (kind == kKinds.end()) return std::unexpected(fields->path("type") + " is none that we have");
  const json& tests = (*fields)["tests"];
  if (!tests.is_array()) return std::unexpected(fields->path("tests") + " is not a list");
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const auto test = JsonObject::of(tests[i], fmt::format("{}.tests[{}]", where, i));
    if (!test) return std::unexpected(test.error());
    auto one = judge(*kind, group, *test);
    if (!one) return std::unexpected(one.error());
    judged.push_back(std::move(*one));
  }
  return {};
}

}  // namespace

std::expected<std::vector<Judged>, std::string> judge_wycheproof(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::unexpected(value.error());
  const auto file = JsonObject::of(*value, "");
  if (!file) return std::unexpected("the file is not an object");
  const auto algorithm = file->text("algorithm");
  if (!algorithm) return std::unexpected(algorithm.error());
  const json& groups = (*file)["testGroups"];
  if (!groups.is_array()) return std::unexpected("testGroups is not a list");
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto done = judge_group(*algorithm, groups[i], fmt::format("testGroups[{}]", i), judged);
    if (!done) return std::unexpected(done.error());
  }
  return judged;
}

Outcome wycheproof(std::string_view file) {
  const auto judged = judge_wycheproof(file);
  if (!judged) return std::unexpected(judged.error());
  std::map<std::uint64_t, bool> by_number;
  for (const Judged& one : *judged) by_number[one.tc_id] = one.valid;
  // Appended, since looking for a place takes an ordered object a walk over all of it.
  Json::object_t answers;
  for (const auto& [tc_id, valid] : by_number) answers.push_back({std::to_string(tc_id), valid ? "valid" : "invalid"});
  return Answer{std::move(answers)};
}

}  // namespace latchkey::inspect
