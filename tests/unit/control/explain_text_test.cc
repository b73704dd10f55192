#include "control/explain_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const json kReply = json::parse(R"({
  "schema": 1, "ok": true, "name": "www.example",
  "decisions": [{"type": "A", "verdict": "released-tunnel", "reason": "up=1 left_out=0", "age_ms": 3000, "took_ms": 61,
    "stopped_at": null, "rule": "negotiate", "ttl_s": 200, "extended_error": null,
    "address": {"after_ms": 12, "count": 1, "status": "secure", "alias_end": "end.example", "alias_status": "insecure"},
    "ipseckey": {"after_ms": 14, "owner": "end.example", "status": "secure", "records": 2, "malformed": 1, "refused": 0,
      "seen_private": true,
      "usable": [{"precedence": 10, "algorithm": 4, "gateway": ".", "key_digest": "0123456789abcdef0123456789abcdef"}]},
    "peers": [{"address": "192.1.2.23", "outcome": "up", "reason": "Ed25519", "asked_ms": 15, "answered_ms": 60,
      "lease_s": 3600},
      {"address": "192.1.2.24", "outcome": "asked", "reason": "", "asked_ms": 15, "answered_ms": null, "lease_s": 0},
      {"address": "192.1.2.25", "outcome": "open", "reason": "", "asked_ms": null, "answered_ms": null, "lease_s": 0}]},
   {"type": "AAAA", "verdict": "servfail-lookup", "reason": "ipseckey failed", "age_ms": 90000, "took_ms": 4000,
    "stopped_at": "ipseckey", "rule": "refuse_lookup", "ttl_s": null, "address": null, "ipseckey": null, "peers": [],
    "extended_error": {"code": 22, "text": "the name's IPSECKEY lookup failed"}}],
  "earlier": [{"type": "A", "verdict": "servfail-tunnel", "reason": "timeout", "age_ms": 400000, "took_ms": 3800}],
  "peers": [
    {"address": "192.1.2.23", "failures": [], "in_clear_ms": 0, "negotiation": null,
     "tunnel": {"address": "192.1.2.23", "names": ["www.example"], "key": "Ed25519", "key_digest": "0123456789abcdef01",
       "spi_in": "c0000001", "spi_out": "0000abcd", "age_ms": 1000, "lease_ms": 59000, "took_ms": 45, "exchanges": 2}},
    {"address": "192.1.2.24", "tunnel": null, "in_clear_ms": 5000,
     "negotiation": {"name": "www.example", "since_ms": 1200, "waiting": 2},
     "failures": [{"address": "192.1.2.24", "reason": "timeout", "times": 2, "retry_ms": 9500}]},
    {"address": "192.1.2.25", "tunnel": null, "negotiation": null, "failures": [], "in_clear_ms": 0}]})");

TEST(explain_text, leads_from_the_question_to_the_kernel) {
  const std::string text = explain_text(kReply);
  for (const char* part :
       {"A: 3 s ago, after 61 ms: released-tunnel (up=1 left_out=0)", "1 of this type, secure, after 12 ms",
        "leads to end.example, insecure",
        "secure of end.example, after 14 ms; 2 records, 1 malformed, 0 refused; the name is known to have had a secure",
        "precedence 10, algorithm 4, gateway ., 0123456789abcdef\n", "rule       no group: negotiate",
        "192.1.2.23: up after 60 ms (Ed25519)", "192.1.2.24: no outcome yet", "192.1.2.25: was not asked for a tunnel",
        "answered, with a TTL of at most 200 s", "stopped at ipseckey: Extended DNS Error 22, the name's IPSECKEY",
        "A: 6 min 40 s ago, after 3 s: servfail-tunnel (timeout)", "SPI in c0000001, out 0000abcd",
        "negotiation for www.example goes on since 1 s; 2 questions wait", "timeout; failed 2 times",
        "given out in clear; no short attempt for 5 s", "192.1.2.25  no tunnel"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(explain_text, says_that_nobody_asked) {
  const std::string text = explain_text(json::parse(R"({"name": "a.example", "decisions": [], "peers": []})"));
  EXPECT_THAT(text, HasSubstr("no question for this name"));
  EXPECT_THAT(text, Not(HasSubstr("now:")));
}

TEST(explain_text, bears_a_reply_of_another_shape) {
  for (const char* text : {"{}", R"({"decisions": 7, "earlier": {}, "peers": "x"})",
                           R"({"decisions": [{}], "earlier": [{}], "peers": [{}]})",
                           R"({"decisions": [{"address": 1, "ipseckey": [], "peers": [{}], "stopped_at": 3,
                              "extended_error": [], "ttl_s": "x"}], "peers": [{"tunnel": {}, "negotiation": {},
                              "failures": [{}], "in_clear_ms": -1}]})",
                           R"({"decisions": [7, null, []], "earlier": [1], "peers": [[]]})"}) {
    EXPECT_FALSE(explain_text(json::parse(text)).empty()) << text;
  }
}

}  // namespace
}  // namespace latchkey::control
