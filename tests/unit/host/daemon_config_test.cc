#include "host/daemon_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/engine_settings.h"

namespace latchkey::host {
namespace {

using api::ProofKind;
using testing::HasSubstr;
using testing::StartsWith;

DaemonConfig good(std::string_view text) {
  auto config = parse_daemon_config(text, "/etc/x/f.yaml");
  EXPECT_TRUE(config) << config.error();
  return config ? *config : DaemonConfig{};
}

std::string error_of(std::string_view text) {
  const auto config = parse_daemon_config(text, "f.yaml");
  return config ? "no error" : config.error();
}

constexpr std::string_view kServer = "identities: [{id: server.example, key: k.pem}]\n";

TEST(daemon_config, has_the_documented_defaults) {
  const DaemonConfig config = good(kServer);
  EXPECT_EQ(config.ike_port, 500);
  EXPECT_EQ(config.limits, DaemonLimits{});
  EXPECT_EQ(config.mode, api::Mode::tunnel);
  ASSERT_EQ(config.peers.size(), 1U);
  EXPECT_EQ(config.peers[0].auth, ProofKind::anonymous);
  EXPECT_EQ(config.peers[0].name, "anonymous");
  EXPECT_TRUE(config.pools.empty());
  ASSERT_EQ(config.lease_networks.size(), 2U);
  EXPECT_EQ(config.lease_networks[0].to_string(), "100.64.0.0/10");
  EXPECT_EQ(config.lease_networks[1].to_string(), "fd00::/8");
}

TEST(daemon_config, reads_every_key) {
  const DaemonConfig config = good(R"(
listen: {ike_port: 1500, nat_port: 14500}
identities:
  - {id: server.example, key: keys/k.pem}
  - id: 192.0.2.1
    key: /abs/k.pem
    certificates: c.pem
  - {id: a@site.example, secret_file: psk}
peers:
  - {name: site, auth: key, id: b.example, keys: ["10 0 4 . AAAA", "b IPSECKEY 10 0 4 . BBBB"], key_files: [b.pub]}
  - {auth: psk, secret_file: psk}
  - {auth: certificate, authorities: ca.pem}
  - {}
pools: [100.64.0.2-100.64.0.9, fd00::/64]
ppks: [{id: a, secret_file: ppk}, {id: b, secret_file: /abs/ppk}]
ppk_required: yes
mode: transport
limits: {sessions: 5, sessions_per_address: 4, half_open: 6, half_open_per_address: 3, cookies_from: 0}
lifetime: {ike_s: 600, child_s: 300, child_bytes: 1000, child_packets: 10}
pfs: yes
liveness_s: 7
keepalive_s: 8
idle_s: 9
proposals: {ike: [AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519], esp: [AES_GCM_16_256/ESN]}
replay_window: 256
encapsulation: native
connections:
  - name: backup
    remote: 192.0.2.7
    own: {id: a.example, key: a.pem}
    peer: {auth: key, id: b.example, key_files: [b.pub]}
    mode: transport
    request_address: yes
    ppk: {id: c, secret_file: ppk, required: yes}
user: latchkey
log_level: debug
)");
  EXPECT_EQ(config.ike_port, 1500);
  ASSERT_EQ(config.identities.size(), 3U);
  EXPECT_EQ(config.identities[0].kind(), ProofKind::raw_key);
  EXPECT_EQ(config.identities[0].key.text, "/etc/x/keys/k.pem");
  EXPECT_EQ(config.identities[1].kind(), ProofKind::certificate);
  EXPECT_EQ(config.identities[1].key.text, "/abs/k.pem");
  EXPECT_EQ(config.identities[2].kind(), ProofKind::shared_secret);
  EXPECT_EQ(config.identities[2].place.line, 8);
  ASSERT_EQ(config.peers.size(), 4U);
  EXPECT_EQ(config.peers[0].name, "site");
  ASSERT_EQ(config.peers[0].keys.size(), 2U);
  EXPECT_EQ(config.peers[0].keys[1].text, "b IPSECKEY 10 0 4 . BBBB");
  EXPECT_EQ(config.peers[0].key_files[0].text, "/etc/x/b.pub");
  EXPECT_EQ(config.peers[1].name, "psk");
  EXPECT_EQ(config.peers[2].authorities.text, "/etc/x/ca.pem");
  EXPECT_EQ(config.peers[3].auth, ProofKind::anonymous);
  ASSERT_EQ(config.pools.size(), 2U);
  EXPECT_EQ(config.pools[1].first.to_string(), "fd00::1");
  EXPECT_EQ(config.mode, api::Mode::transport);
  EXPECT_EQ(config.limits, (DaemonLimits{5, 4, 6, 3, 0}));
  ASSERT_EQ(config.connections.size(), 1U);
  EXPECT_EQ(config.connections[0].remote->to_string(), "192.0.2.7");
  EXPECT_EQ(config.connections[0].own.key.text, "/etc/x/a.pem");
  EXPECT_EQ(config.connections[0].mode, api::Mode::transport);
  EXPECT_TRUE(config.connections[0].request_address);
  ASSERT_EQ(config.ppks.size(), 2U);
  EXPECT_EQ(config.ppks[0].id, "a");
  EXPECT_EQ(config.ppks[0].secret_file.text, "/etc/x/ppk");
  EXPECT_TRUE(config.ppk_required);
  EXPECT_EQ(config.connections[0].ppk.id, "c");
  EXPECT_EQ(config.connections[0].ppk.secret_file.text, "/etc/x/ppk");
  EXPECT_TRUE(config.connections[0].ppk.required);
  EXPECT_EQ(config.user, "latchkey");
  EXPECT_EQ(config.log_level, Level::debug);
}

TEST(daemon_config, decides_what_the_engine_and_the_kernel_are_started_with) {
  const EngineSettings settings = engine_settings(good(std::string(kServer) + R"(
listen: {ike_port: 1500, nat_port: 14500}
limits: {sessions: 5, half_open: 6}
lifetime: {ike_s: 600, child_s: 300, child_bytes: 1000, child_packets: 10}
pfs: yes
liveness_s: 7
keepalive_s: 8
idle_s: 9
lease_networks: [10.9.0.0/16, fd00:9::/32]
replay_window: 256
encapsulation: native
)"));
  using std::chrono::seconds;
  EXPECT_EQ(settings.engine.ike_port, 1500);
  EXPECT_EQ(settings.engine.max_sessions, 5U);
  EXPECT_EQ(settings.engine.max_half_open, 6U);
  EXPECT_EQ(settings.engine.ike_lifetime, seconds(600));
  EXPECT_EQ(settings.engine.lifetime, seconds(300));
  EXPECT_EQ(settings.engine.child_limits.bytes, 1000U);
  EXPECT_EQ(settings.engine.child_limits.packets, 10U);
  EXPECT_TRUE(settings.engine.pfs);
  ASSERT_EQ(settings.engine.lease_networks.size(), 2U);
  EXPECT_EQ(settings.engine.lease_networks[0].address.to_string(), "10.9.0.0");
  EXPECT_EQ(settings.engine.lease_networks[1].prefix, 32U);
  EXPECT_EQ(settings.engine.liveness, seconds(7));
  EXPECT_EQ(settings.engine.keepalive, seconds(8));
  EXPECT_EQ(settings.engine.idle, seconds(9));
  EXPECT_FALSE(settings.engine.encapsulate);
  EXPECT_EQ(settings.kernel.replay_window, 256);
  EXPECT_EQ(settings.kernel.sa_lifetime, seconds(360));
}

struct Wrong {
  const char* text;
  const char* place;
  const char* what;
};

class wrong_daemon_config : public testing::TestWithParam<Wrong> {};

TEST_P(wrong_daemon_config, is_refused_with_file_line_column_and_the_words_that_are_wrong) {
  const std::string error = error_of(GetParam().text);
  EXPECT_THAT(error, StartsWith(std::string("f.yaml:") + GetParam().place));
  EXPECT_THAT(error, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    all, wrong_daemon_config,
    testing::Values(
        Wrong{"", "1:1: ", "nothing to do"}, Wrong{"log_level: info\n", "1:1: ", "nothing to do"},
        Wrong{"identities: server.pem\n", "1:13: ", "identities: expected a list"},
        Wrong{"identities:\n  - {id: a, kee: b}\n", "2:13: ", "identities: kee: no such key"},
        Wrong{"identities:\n  - {id: a, id: b}\n", "2:13: ", "identities: id: is set twice"},
        Wrong{"identities:\n  - a\n", "2:5: ", "identities: an entry: expected lines"},
        Wrong{"identities:\n  - {id: a b, key: k}\n", "2:10: ", "identities: id: expected name, name@domain"},
        Wrong{"identities:\n  - {id: a}\n", "2:5: ", "key or secret_file is missing"},
        Wrong{"identities:\n  - {key: k}\n", "2:5: ", "id is missing"},
        Wrong{"identities:\n  - {secret_file: k}\n", "2:5: ", "id is missing"},
        Wrong{"identities:\n  - {id: a, key: k, secret_file: s}\n", "2:5: ", "exclude each other"},
        Wrong{"identities:\n  - {id: a, certificates: c}\n", "2:5: ", "certificates without their key"},
        Wrong{"identities:\n  - {id: a, key: }\n", "2:13: ", "key: expected a text"},
        Wrong{"peers:\n  - {auth: rsa}\n", "2:12: ", "expected one of anonymous, key, psk, certificate, found rsa"},
        Wrong{"peers:\n  - {auth: key}\n", "2:5: ", "peers: keys is missing"},
        Wrong{"peers:\n  - {auth: psk}\n", "2:5: ", "peers: secret_file is missing"},
        Wrong{"peers:\n  - {auth: certificate}\n", "2:5: ", "peers: authorities is missing"},
        Wrong{"peers:\n  - {auth: psk, secret_file: s, authorities: c}\n", "2:5: ", "authorities is of no use"},
        Wrong{"peers:\n  - {keys: [\"10 0 4 . AA\"]}\n", "2:5: ", "keys is of no use"},
        Wrong{"peers:\n  - {id: a}\n", "2:5: ", "id is of no use with auth: anonymous"},
        Wrong{"peers:\n  - {name: a b}\n", "2:12: ", "name: expected letters"},
        Wrong{"peers:\n  - {auth: key, keys: [[a]]}\n", "2:24: ", "keys: expected a text"},
        Wrong{"pools: [100.64.0.0/10, 10.0.0.0/8]\n", "1:24: ", "pools: expected at most one pool a family"},
        Wrong{"pools: [100.64.0.1/10]\n", "1:9: ", "pools: expected FIRST-LAST or a network"},
        Wrong{"lease_networks: [10.0.0.1/8]\n", "1:18: ", "lease_networks: expected a network such as"},
        Wrong{"mode: both\n", "1:7: ", "tunnel, transport"}, Wrong{"pfs: true\n", "1:6: ", "one of no, yes"},
        Wrong{"ppks:\n  - {secret_file: s}\n", "2:5: ", "ppks: id is missing"},
        Wrong{"ppks:\n  - {id: a}\n", "2:5: ", "ppks: secret_file is missing"},
        Wrong{"ppks: [{id: a, secret_file: s, required: yes}]\n", "1:8: ", "ppk_required is for those who come"},
        Wrong{"ppks: [{id: a, secret_file: s}, {id: a, secret_file: t}]\n", "1:33: ", "another one is called a"},
        Wrong{"ppk_required: yes\n", "1:1: ", "lets nobody in"},
        Wrong{
            "connections:\n  - {name: a, remote: 192.0.2.1, peer: {auth: psk, secret_file: s}, ppk: {required: yes}}\n",
            "2:", "connections: ppk: id is missing"},
        Wrong{"user: a b\n", "1:7: ", "user: expected letters"},
        Wrong{"connections:\n  - {remote: 192.0.2.1}\n", "2:5: ", "name is missing"},
        Wrong{"connections:\n  - {name: a}\n", "2:5: ", "remote is missing"},
        Wrong{"connections:\n  - {name: a, remote: b.example}\n", "2:23: ", "remote: expected an IP address"},
        Wrong{"connections:\n  - {name: a, remote: 192.0.2.1}\n", "2:5: ", "auth is missing, or believes anybody"},
        Wrong{"connections:\n  - {name: a, remote: 192.0.2.1, own: {id: b}, peer: {auth: psk, secret_file: s}}\n",
              "2:5: ", "own: id without key"},
        Wrong{"connections:\n  - {name: a, remote: 192.0.2.1, peer: {auth: psk}}\n",
              "2:40: ", "connections: peer: secret_file is missing"},
        Wrong{"connections:\n  - &a {name: a, remote: 192.0.2.1, peer: {auth: psk, secret_file: s}}\n  - *a\n",
              "2:", "another one is called a"},
        Wrong{"connections:\n  - {name: a, remote: 192.0.2.1, peer: {auth: psk, secret_file: s}}\n"
              "  - {name: b, remote: 192.0.2.1, peer: {auth: psk, secret_file: s}}\n",
              "3:5: ", "another one goes to the same address"},
        Wrong{"identities: [{id: a, key: k}]\nlisten: {nat_port: 500}\n", "2:20: ", "must differ"}));

TEST(daemon_config_manual, names_every_key_with_its_default) {
  EXPECT_GT(daemon_config_keys().size(), 40U);
  for (const KeyHelp& key : daemon_config_keys()) {
    EXPECT_THAT(daemon_config_help(), HasSubstr(key.key + ": " + key.fallback));
    EXPECT_THAT(daemon_config_manual(), HasSubstr(".It Cm " + key.key));
    EXPECT_FALSE(key.fallback.empty()) << key.key;
  }
}

}  // namespace
}  // namespace latchkey::host
