#include "control/sessions_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const json kStatus = json::parse(R"({
  "schema": 1, "ok": true, "half_open": 4, "clients_refused": 9,
  "sessions": [
    {"session": 1, "peer": "anonymous: nobody", "proof": "anonymous", "address": "192.1.3.33", "port": 4500,
     "inner_remote": "100.64.0.2", "inner_local": null, "initiator": false, "key": "", "auth": "NULL",
     "ike": "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519", "esp": "AES_GCM_16_256/ESN", "mode": "tunnel",
     "encapsulation": "udp", "spi_in": "c0000001", "spi_out": "0000abcd", "age_ms": 200000,
     "bytes_in": 840, "bytes_out": 1200000, "packets_in": 10, "packets_out": 900},
    {"session": 2, "peer": "backup: FQDN b.example", "proof": "raw key", "address": "192.0.2.7", "initiator": true,
     "key": "Ed25519", "auth": "Ed25519", "encapsulation": "native", "age_ms": 5}],
  "connections": [{"name": "backup", "remote": "192.0.2.7", "state": "up"},
    {"name": "other", "remote": "192.0.2.8", "state": "waiting", "failures": 3, "reason": "timeout", "retry_ms": 4000}],
  "ike": {"established": 5, "failed": 2, "cookies_sent": 7, "half_open_refused": 1}})");

TEST(sessions_text, shows_what_an_operator_looks_for) {
  const std::string text = sessions_text(kStatus);
  for (const char* part :
       {"sessions: 2\n", "  1  192.1.3.33  leases 100.64.0.2\n", "anonymous: nobody; anonymous, NULL\n",
        "SPI in c0000001, out 0000abcd", "in UDP", "840 B in, 1.2 MB out (10 and 900 packets)", "3 min 20 s",
        "  2  192.0.2.7  (begun by us)\n", "backup: FQDN b.example; raw key Ed25519, Ed25519\n", "native",
        "half open: 4\n", "  backup  192.0.2.7  up\n",
        "  other  192.0.2.8  waiting; failed 3 times (timeout), tried again in 4 s\n",
        "5 sessions, 2 negotiations failed, 9 clients turned away, 7 cookies sent, 1 refused at a limit"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(sessions_text, bears_a_reply_of_another_shape) {
  for (const char* text : {"{}", R"({"sessions": 7})", R"({"sessions": [{}], "connections": [{}], "ike": [1]})",
                           R"({"sessions": [{"inner_remote": 1, "bytes_in": "x", "age_ms": "y"}]})"}) {
    EXPECT_FALSE(sessions_text(json::parse(text)).empty()) << text;
  }
}

TEST(sessions_text, is_for_latchkeyd_alone) {
  EXPECT_TRUE(is_of_latchkeyd(kStatus));
  EXPECT_FALSE(is_of_latchkeyd(json::parse(R"({"schema": 1, "ok": true, "tunnels": []})")));
}

}  // namespace
}  // namespace latchkey::control
