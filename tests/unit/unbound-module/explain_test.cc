// From a question to the kernel, as `latchkeyctl explain` gets it: a story of a real question, and the peers behind it.
#include "unbound-module/explain.h"

#include <nlohmann/json.hpp>

#include "tests/unit/unbound-module/fake_services.h"
#include "tests/unit/unbound-module/query_story.h"

namespace latchkey::unbound {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// The story's gate keeps decisions here, and its wishes go to peers where the test sends them.
class explanation : public QueryStory {
 protected:
  json explain_now(std::string_view name = "www.example") {
    Decisions last;
    for (const Decision& decision : gate.decisions) last.add(decision);
    return explain({{"name", name}}, peers, last, now);
  }
  /// A question whose one address is `kServer` and whose key is secure, up to its wish.
  void hold_server() { hold({base::to_buffer(server.bytes())}); }
  Want wish() {
    Want want = gate.wants.at(0);
    return want;
  }

  const base::Address server = *base::Address::parse("8.8.4.4");
  FakeServices engine;
  host::Log log{[](host::Level, std::string_view) {}};
  Peers peers{PeersConfig{}, engine, log, HashKey{}};
  base::TimePoint now{5s};
};

TEST_F(explanation, of_a_name_that_nobody_asked_for_is_empty) {
  const json reply = explain_now("WWW.Example.");
  EXPECT_EQ(reply["ok"], true);
  EXPECT_EQ(reply["name"], "www.example");
  EXPECT_TRUE(reply["decisions"].empty());
  EXPECT_TRUE(reply["peers"].empty());
}

TEST_F(explanation, is_refused_for_what_is_no_name) {
  Decisions last;
  for (const json& request : {json::object(), json{{"name", 7}}, json{{"name", ""}}, json{{"name", "a..b"}},
                              json{{"name", std::string(300, 'a')}}, json{{"name", std::string("a\0b", 3)}}}) {
    EXPECT_EQ(explain(request, peers, last, now)["ok"], false) << request;
  }
}

TEST_F(explanation, leads_from_the_question_to_the_sas) {
  hold_server();
  peers.want(wish(), now);
  api::Established up;
  up.session = engine.connects.at(0).session;
  up.key = gate.wants[0].keys[0];
  up.key_name = "Ed25519";
  up.spi_in = base::Spi{0xc5};
  up.exchanges = 3;
  now += 40ms;
  peers.event(up, now);
  resolver.now += 50'000;
  outcome(0, Verdict::up, 3600);
  now += 2s;
  const json reply = explain_now();
  ASSERT_EQ(reply["decisions"].size(), 1U);
  const json& decision = reply["decisions"][0];
  EXPECT_EQ(decision["type"], "A");
  EXPECT_EQ(decision["verdict"], "released-tunnel");
  EXPECT_EQ(decision["took_ms"], 50);
  EXPECT_TRUE(decision["stopped_at"].is_null());
  EXPECT_EQ(decision["address"]["status"], "secure");
  EXPECT_EQ(decision["address"]["count"], 1);
  EXPECT_EQ(decision["ipseckey"]["status"], "secure");
  EXPECT_EQ(decision["ipseckey"]["owner"], "www.example");
  EXPECT_EQ(decision["ipseckey"]["records"], 1);
  EXPECT_EQ(decision["rule"], "negotiate");
  EXPECT_EQ(decision["peers"][0]["address"], "8.8.4.4");
  EXPECT_EQ(decision["peers"][0]["outcome"], "up");
  EXPECT_EQ(decision["peers"][0]["answered_ms"], 50);
  EXPECT_EQ(decision["ttl_s"], 199);  // the 50 ms are a second that has begun
  ASSERT_EQ(reply["peers"].size(), 1U);
  const json& tunnel = reply["peers"][0]["tunnel"];
  EXPECT_EQ(tunnel["spi_in"], "000000c5");
  EXPECT_EQ(tunnel["exchanges"], 3);
  EXPECT_EQ(tunnel["took_ms"], 40);
  EXPECT_EQ(tunnel["lease_ms"], 198'000);
  // The chain's link between DNS and kernel: the key that was proven is the one in the record.
  EXPECT_EQ(tunnel["key_digest"], decision["ipseckey"]["usable"][0]["key_digest"]);
}

TEST_F(explanation, says_where_a_question_has_stopped_and_what_its_client_was_told) {
  hold_server();
  other_family(Answer());
  peers.want(wish(), now);
  peers.event(api::Failed{engine.connects.at(0).session, api::Reason::auth_failed, 24, {}}, now);
  outcome(0, Verdict::failed);
  const json reply = explain_now();
  const json& decision = reply["decisions"][0];
  EXPECT_EQ(decision["stopped_at"], "peer");
  EXPECT_EQ(decision["extended_error"]["code"], 0);
  EXPECT_EQ(decision["peers"][0]["outcome"], "failed");
  EXPECT_EQ(decision["peers"][0]["reason"], "why");
  ASSERT_EQ(reply["peers"][0]["failures"].size(), 1U);
  EXPECT_EQ(reply["peers"][0]["failures"][0]["times"], 1);
  EXPECT_TRUE(reply["peers"][0]["tunnel"].is_null());
}

TEST_F(explanation, says_that_dns64_gets_no_protected_address) {
  resolver.translated = true;
  hold_server();
  EXPECT_EQ(explain_now()["decisions"][0]["verdict"], "servfail-dns64");
  EXPECT_EQ(explain_now()["decisions"][0]["stopped_at"], "dns64");
}

TEST_F(explanation, says_that_a_lookup_has_failed) {
  resolve();
  key_answered(Answer(LK_INSECURE, 2));
  const json reply = explain_now();
  const json& decision = reply["decisions"][0];
  EXPECT_EQ(decision["stopped_at"], "ipseckey");
  EXPECT_EQ(decision["ipseckey"]["status"], "failed");
  EXPECT_EQ(decision["extended_error"]["code"], 22);
}

TEST_F(explanation, tells_a_bogus_address_from_a_bogus_key) {
  resolve({v4(1)}, LK_BOGUS);
  EXPECT_EQ(explain_now()["decisions"][0]["stopped_at"], "address");
  gate.decisions.clear();
  resolve();
  has_key(LK_BOGUS);
  EXPECT_EQ(explain_now()["decisions"][0]["stopped_at"], "ipseckey");
}

TEST_F(explanation, follows_an_alias_to_where_the_key_was_asked_for) {
  resolver.answer.add("www.example", kTypeCname, {wire("end.example")}).add("end.example", kTypeA, {v4(1)});
  ask();
  query->resolved();
  key_answered(Answer());
  Answer key;
  key.add("end.example", kTypeIpseckey, {kKey, {10, 0, 2, 1}, {10, 7}});
  key_answered(key, "end.example");
  outcome(0, Verdict::up);
  const json reply = explain_now();
  const json& decision = reply["decisions"][0];
  EXPECT_EQ(decision["address"]["alias_end"], "end.example");
  EXPECT_EQ(decision["address"]["alias_status"], "secure");
  EXPECT_EQ(decision["ipseckey"]["owner"], "end.example");
  EXPECT_EQ(decision["ipseckey"]["records"], 3);
  EXPECT_EQ(decision["ipseckey"]["malformed"], 1);
  EXPECT_EQ(decision["ipseckey"]["refused"], 1);
}

TEST_F(explanation, has_the_last_decision_of_each_type_in_full_and_the_others_in_brief) {
  for (int i = 0; i < 30; ++i) gate.decisions.push_back({"www.example", i % 2 ? "A" : "AAAA", std::to_string(i), ""});
  const json reply = explain_now();
  ASSERT_EQ(reply["decisions"].size(), 2U);
  EXPECT_EQ(reply["decisions"][0]["verdict"], "29");
  EXPECT_EQ(reply["decisions"][1]["verdict"], "28");
  EXPECT_EQ(reply["earlier"].size(), kMostEarlier);
  EXPECT_EQ(reply["earlier"][0]["verdict"], "27");
}

TEST_F(explanation, finds_the_tunnel_of_a_name_whose_decision_has_been_forgotten) {
  hold_server();
  peers.want(wish(), now);
  api::Established up;
  up.session = engine.connects.at(0).session;
  up.key = gate.wants[0].keys[0];
  peers.event(up, now);
  const json reply = explain_now();
  EXPECT_TRUE(reply["decisions"].empty());
  ASSERT_EQ(reply["peers"].size(), 1U);
  EXPECT_EQ(reply["peers"][0]["tunnel"]["names"][0], "www.example");
}

TEST_F(explanation, shows_a_negotiation_that_goes_on) {
  hold_server();
  peers.want(wish(), now);
  resolver.now += 4'000'000;
  now += 4s;
  query->again();
  const json reply = explain_now();
  EXPECT_EQ(reply["decisions"][0]["peers"][0]["outcome"], "asked");
  EXPECT_TRUE(reply["decisions"][0]["peers"][0]["answered_ms"].is_null());
  EXPECT_EQ(reply["peers"][0]["negotiation"]["name"], "www.example");
  EXPECT_EQ(reply["peers"][0]["negotiation"]["since_ms"], 4000);
}

}  // namespace
}  // namespace latchkey::unbound
