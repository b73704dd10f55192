#include "control/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const json kStatus = json::parse(R"({
  "schema": 1, "ok": true, "negotiating": 2, "waiting": 3,
  "tunnels": [{"address": "192.1.2.23", "names": ["a.example", "b.example"], "key": "RSA-3072", "auth": "RSA-PSS-SHA256",
    "verified": true, "ike": "AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519", "esp": "AES_GCM_16_256/ESN", "mode": "tunnel",
    "encapsulation": "udp", "spi_in": "c0000001", "spi_out": "0000abcd", "age_ms": 200000, "lease_ms": 59000,
    "bytes_in": 840, "bytes_out": 1200000, "packets_in": 10, "packets_out": 900}],
  "failed_peers": [{"address": "192.1.5.1", "reason": "timeout", "times": 2, "retry_ms": 9500}],
  "verdicts": {"released-tunnel": 12}, "outcomes": {"up": 12}, "limits": {"zone": 7}})");

TEST(status_text, shows_what_an_operator_looks_for) {
  const std::string text = status_text(kStatus);
  for (const char* part :
       {"tunnels: 1", "192.1.2.23  a.example, b.example", "RSA-3072, proven by RSA-PSS-SHA256",
        "SPI in c0000001, out 0000abcd", "840 B in, 1.2 MB out", "3 min 20 s", "ends in 59 s", "in UDP",
        "192.1.5.1  timeout; failed 2 times, tried again in 9 s", "12  released-tunnel", "7  zone"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(status_text, marks_a_tunnel_that_no_secure_name_vouches_for) {
  json status = kStatus;
  status["tunnels"][0]["verified"] = false;
  EXPECT_THAT(status_text(status), HasSubstr("[unverified name]"));
}

TEST(status_text, bears_a_reply_of_another_shape) {
  for (const char* text : {"{}", R"({"tunnels": 7})", R"({"tunnels": [{}], "failed_peers": [{}], "verdicts": [1]})",
                           R"({"tunnels": [{"names": [1], "bytes_in": "x", "age_ms": "y"}]})"}) {
    EXPECT_FALSE(status_text(json::parse(text)).empty()) << text;
  }
}

TEST(duration_text, chooses_a_fitting_unit) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(999), "999 ms");
  EXPECT_EQ(duration_text(59999), "59 s");
  EXPECT_EQ(duration_text(200000), "3 min 20 s");
  EXPECT_EQ(duration_text(7500000), "2 h 5 min");
}

TEST(size_text, uses_powers_of_1000) {
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1.0 kB");
  EXPECT_EQ(size_text(999999), "1.0 MB");
  EXPECT_EQ(size_text(UINT64_MAX), "18.4 EB");
}

}  // namespace
}  // namespace latchkey::control
