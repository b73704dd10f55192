#include "control/daemon/setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "control/daemon/reload.h"
#include "control/daemon/summary.h"
#include "control/keygen.h"
#include "tests/support/pki.h"

namespace latchkey::control {
namespace {

namespace fs = std::filesystem;
using api::ProofKind;
using testing::HasSubstr;
using testing::StartsWith;

class setup : public testing::Test {
 protected:
  setup() { fs::create_directories(folder_); }
  ~setup() override { fs::remove_all(folder_); }

  std::string path(std::string_view name) const { return folder_ / name; }
  void write(std::string_view name, std::string_view text, fs::perms mode = fs::perms{0600}) {
    std::ofstream(path(name)) << text;
    fs::permissions(path(name), mode);
  }
  std::expected<LoadedConfig, std::string> load_text(std::string_view text) {
    write("d.yaml", text);
    return load(path("d.yaml"));
  }
  LoadedConfig good(std::string_view text) {
    auto loaded = load_text(text);
    EXPECT_TRUE(loaded) << loaded.error();
    return loaded ? std::move(*loaded) : LoadedConfig{};
  }
  std::string error_of(std::string_view text) {
    const auto loaded = load_text(text);
    return loaded ? "no error" : loaded.error();
  }

 private:
  const fs::path folder_ = fs::path(testing::TempDir()) / ("lk_setup_" + std::to_string(::getpid()));
};

TEST_F(setup, of_a_server_has_its_key_and_lets_anybody_in) {
  write("k.pem", support::private_pem(support::make_key("ed25519")));
  const LoadedConfig loaded = good(
      "identities: [{id: server.example, key: k.pem}]\npools: [100.64.0.0/24]\n"
      "limits: {cookies_from: 7, half_open: 8, half_open_per_address: 9, "
      "sessions_per_address: 10}\n");
  ASSERT_TRUE(loaded.setup.responder);
  const api::ResponderConfig& responder = *loaded.setup.responder;
  ASSERT_EQ(responder.identities.size(), 1U);
  EXPECT_EQ(responder.identities[0].kind, ProofKind::raw_key);
  EXPECT_EQ(responder.identities[0].id.to_string(), "FQDN server.example");
  EXPECT_FALSE(responder.identities[0].private_key.empty());
  ASSERT_EQ(responder.peers.size(), 1U);
  EXPECT_EQ(responder.peers[0].kind, ProofKind::anonymous);
  EXPECT_EQ(responder.pools.size(), 1U);
  EXPECT_EQ(responder.cookies_from, 7U);
  EXPECT_EQ(responder.max_half_open, 8U);
  EXPECT_EQ(responder.max_half_open_per_address, 9U);
  EXPECT_EQ(responder.max_sessions_per_address, 10U);
}

TEST_F(setup, reads_a_peers_keys_from_records_and_from_files) {
  const auto key = support::make_key("P-256");
  write("b.pub", support::public_pem(key));
  write("own.pem", support::private_pem(key));
  const auto record = record_lines("b.example", key_of_file(path("own.pem"))->public_key());
  const std::string line = record->substr(0, record->find('\n'));
  const LoadedConfig loaded = good("identities: [{id: a, key: own.pem}]\npeers:\n  - {auth: key, keys: [\"" + line +
                                   "\"], key_files: [b.pub]}\n");
  const auto& keys = loaded.setup.responder->peers[0].keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].algorithm, 3);
  EXPECT_EQ(keys[0], keys[1]);
}

TEST_F(setup, takes_the_certificates_subject_as_identity_unless_another_is_said) {
  const auto ca = support::make_ca("root");
  const auto leaf = support::make_leaf(ca, "DNS:server.example");
  write("k.pem", support::private_pem(leaf.key));
  write("c.pem", leaf.pem() + ca.pem());
  write("ca.pem", ca.pem());
  const LoadedConfig loaded = good(R"(
identities:
  - {key: k.pem, certificates: c.pem}
  - {id: server.example, key: k.pem, certificates: c.pem}
peers: [{auth: certificate, authorities: ca.pem}]
)");
  const auto& identities = loaded.setup.responder->identities;
  EXPECT_EQ(identities[0].kind, ProofKind::certificate);
  EXPECT_EQ(identities[0].id.type, base::IdType::der_asn1_dn);
  EXPECT_EQ(identities[0].id.data, leaf.subject());
  ASSERT_EQ(identities[0].certificates.size(), 2U);
  EXPECT_EQ(identities[0].certificates[0], leaf.der);
  EXPECT_EQ(identities[1].id.to_string(), "FQDN server.example");
  ASSERT_EQ(loaded.setup.responder->peers[0].authorities.size(), 1U);
  EXPECT_EQ(loaded.setup.responder->peers[0].authorities[0], ca.der);
}

TEST_F(setup, of_a_connection_has_both_sides) {
  write("psk", "a secret of some length\n");
  const LoadedConfig loaded = good(R"(
connections:
  - name: backup
    remote: 192.0.2.7
    own: {id: a.example, secret_file: psk}
    peer: {auth: psk, id: b.example, secret_file: psk}
)");
  EXPECT_FALSE(loaded.setup.responder);
  ASSERT_EQ(loaded.setup.connections.size(), 1U);
  const Connection& connection = loaded.setup.connections[0];
  EXPECT_EQ(connection.remote.to_string(), "192.0.2.7");
  EXPECT_EQ(connection.own.kind, ProofKind::shared_secret);
  EXPECT_TRUE(base::same(connection.own.shared_secret.view(), base::as_bytes("a secret of some length")));
  EXPECT_EQ(connection.peer.id->to_string(), "FQDN b.example");
}

TEST_F(setup, tells_connections_apart_by_all_that_they_say) {
  write("psk", "a secret of some length, as long as it takes\n");
  write("psk2", "another secret of some length, and long enough\n");
  const auto connection = [&](const std::string& more, const std::string& peer) {
    return std::move(good("connections: [{name: a, remote: 192.0.2.7" + more + ", peer: {auth: psk, " + peer + "}}]")
                         .setup.connections.at(0));
  };
  const Connection one = connection("", "secret_file: psk");
  EXPECT_TRUE(same(one, connection("", "secret_file: psk")));
  EXPECT_FALSE(same(one, connection("", "secret_file: psk2")));
  EXPECT_FALSE(same(one, connection("", "secret_file: psk, id: b")));
  EXPECT_FALSE(same(one, connection(", mode: transport", "secret_file: psk")));
  const Connection with_ppk = connection(", ppk: {id: a, secret_file: psk}", "secret_file: psk");
  EXPECT_FALSE(same(one, with_ppk));
  EXPECT_TRUE(same(with_ppk, connection(", ppk: {id: a, secret_file: psk}", "secret_file: psk")));
  EXPECT_FALSE(same(with_ppk, connection(", ppk: {id: b, secret_file: psk}", "secret_file: psk")));
  EXPECT_FALSE(same(with_ppk, connection(", ppk: {id: a, secret_file: psk2}", "secret_file: psk")));
  EXPECT_FALSE(same(with_ppk, connection(", ppk: {id: a, secret_file: psk, required: yes}", "secret_file: psk")));
  EXPECT_FALSE(same(one, connection(", request_address: yes", "secret_file: psk")));
  EXPECT_FALSE(same(one, connection(", own: {id: b, secret_file: psk}", "secret_file: psk")));
}

TEST_F(setup, is_refused_with_the_place_that_names_a_bad_file) {
  const auto ca = support::make_ca("root");
  const auto leaf = support::make_leaf(ca, "DNS:server.example");
  write("k.pem", support::private_pem(leaf.key));
  write("open.pem", support::private_pem(leaf.key), fs::perms{0640});
  write("locked.pem", support::private_pem(leaf.key, "password"));
  write("public.pem", support::public_pem(leaf.key));
  write("weak.pub", support::public_pem(support::make_key("rsa:1024")));
  write("other.pem", support::private_pem(support::make_key("P-256")));
  write("c.pem", leaf.pem());
  write("short", "short\n");
  write("psk", "enough for a psk, not a ppk\n");
  struct Case {
    const char* text;
    const char* place;
    const char* what;
  };
  for (const Case& wrong : {
           Case{"identities: [{id: a, key: none.pem}]", "1:27: ", "none.pem: No such file"},
           Case{"identities: [{id: a, key: open.pem}]", "1:27: ", "chmod 600"},
           Case{"identities: [{id: a, key: locked.pem}]", "1:27: ", "encrypted"},
           Case{"identities: [{id: a, key: public.pem}]", "1:27: ", "public.pem: "},
           Case{"identities: [{id: a, secret_file: short}]", "1:35: ", "short: "},
           Case{"identities: [{id: a, key: k.pem}]\nppks: [{id: a, secret_file: psk}]", "2:29: ", "psk: "},
           Case{"identities: [{key: other.pem, certificates: c.pem}]", "1:45: ", "not the key's"},
           Case{"identities: [{key: k.pem, certificates: short}]", "1:41: ", "short: "},
           Case{"identities: [{id: a, key: k.pem}]\npeers: [{auth: key, keys: [\"10 0 9 . AAAA\"]}]",
                "2:28: ", "the record's key"},
           Case{"identities: [{id: a, key: k.pem}]\npeers: [{auth: key, keys: [nonsense]}]", "2:28: ", ""},
           Case{"identities: [{id: a, key: k.pem}]\npeers: [{auth: key, key_files: [weak.pub]}]",
                "2:33: ", "weak.pub: "},
           Case{"identities: [{id: a, key: k.pem}]\npeers: [{auth: certificate, authorities: c.pem}]",
                "2:42: ", "c.pem: "},
       }) {
    const std::string error = error_of(wrong.text);
    EXPECT_THAT(error, StartsWith(path("d.yaml") + ":" + wrong.place)) << wrong.text;
    EXPECT_THAT(error, HasSubstr(wrong.what)) << wrong.text;
  }
}

TEST_F(setup, reads_ppks) {
  write("k.pem", support::private_pem(support::make_key("ed25519")));
  write("psk", "a secret of some length\n");
  write("ppk", "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  const LoadedConfig loaded = good(R"(
identities: [{id: server.example, key: k.pem}]
ppks: [{id: quantum, secret_file: ppk}]
ppk_required: yes
connections:
  - {name: backup, remote: 192.0.2.7, peer: {auth: psk, secret_file: psk},
     ppk: {id: quantum, secret_file: ppk, required: yes}}
)");
  ASSERT_EQ(loaded.setup.responder->ppks.size(), 1U);
  EXPECT_EQ(loaded.setup.responder->ppks[0].id, base::to_buffer(base::as_bytes("quantum")));
  EXPECT_EQ(loaded.setup.responder->ppks[0].secret.size(), 32U);
  EXPECT_TRUE(loaded.setup.responder->ppk_required);
  const auto& ppk = loaded.setup.connections.at(0).ppk;
  ASSERT_TRUE(ppk);
  EXPECT_TRUE(ppk->required);
  EXPECT_EQ(ppk->secret.size(), 32U);
  const std::string text = summary(loaded.config, loaded.setup);
  EXPECT_THAT(text, HasSubstr("has postquantum preshared keys: quantum; a client needs one\n"));
  EXPECT_THAT(text, HasSubstr("believes anybody by shared secret; with postquantum preshared key quantum or not at "
                              "all\n"));
  EXPECT_EQ(text.find("0001020304"), std::string::npos);
  EXPECT_EQ(text.find("a secret"), std::string::npos);
}

TEST_F(setup, tells_that_no_ppk_is_needed) {
  write("k.pem", support::private_pem(support::make_key("ed25519")));
  write("psk", "a secret of some length\n");
  write("ppk", "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  const LoadedConfig loaded = good(R"(
identities: [{id: server.example, key: k.pem}]
ppks: [{id: one, secret_file: ppk}, {id: two, secret_file: ppk}]
connections:
  - {name: backup, remote: 192.0.2.7, peer: {auth: psk, secret_file: psk}, ppk: {id: two, secret_file: ppk}}
)");
  const std::string text = summary(loaded.config, loaded.setup);
  EXPECT_THAT(text, HasSubstr("has postquantum preshared keys: one, two; a client needs none\n"));
  EXPECT_THAT(text, HasSubstr("; with postquantum preshared key two if the peer has it\n"));
}

TEST_F(setup, is_told_in_words_with_what_nobody_has_written) {
  write("k.pem", support::private_pem(support::make_key("ed25519")));
  const LoadedConfig loaded = good("identities: [{id: server.example, key: k.pem}]\n");
  const std::string text = summary(loaded.config, loaded.setup);
  EXPECT_THAT(text, HasSubstr("lets in 10000 sessions, 100 from one address; 1000 half open, 20 from one address; "
                              "demands cookies from 100 half open on\n"));
  EXPECT_THAT(text, testing::EndsWith("IKE suites: the defaults\n"
                                      "ESP suites: the defaults; in UDP, replay window 128\n"
                                      "new keys of IKE after 14400 s, of ESP after 3600 s\n"
                                      "asks a silent peer after 30 s, keeps a NAT awake every 20 s\n"
                                      "logs from info on\n"));
  EXPECT_EQ(text.find("inner address"), std::string::npos) << "there is no connection";
}

TEST_F(setup, is_told_in_words_with_all_that_differs) {
  write("psk", "a secret of some length\n");
  const LoadedConfig loaded = good(R"(
listen: {ike_port: 1500, nat_port: 4501}
limits: {sessions: 9}
lifetime: {ike_s: 1000, child_s: 500, child_bytes: 70000, child_packets: 80000}
pfs: yes
liveness_s: 0
keepalive_s: 0
idle_s: 77
proposals:
  ike: [AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519, CHACHA20_POLY1305/PRF_HMAC_SHA2_512/ECP_256]
  esp: [AES_CBC_256/HMAC_SHA2_256_128/NO_ESN]
replay_window: 256
encapsulation: native
log_level: debug
lease_networks: [10.9.0.0/16, fd00:9::/32]
connections:
  - {name: backup, remote: 192.0.2.7, request_address: yes, peer: {auth: psk, secret_file: psk}}
  - {name: other, remote: 192.0.2.8, peer: {auth: psk, secret_file: psk}}
)");
  EXPECT_EQ(
      summary(loaded.config, loaded.setup),
      "listens on UDP ports 1500 and 4501, as user nobody\n"
      "lets nobody in\n"
      "begins backup: to 192.0.2.7 as nobody, tunnel mode; believes anybody by shared secret; asks for an inner "
      "address in 10.9.0.0/16 or fd00:9::/32\n"
      "begins other: to 192.0.2.8 as nobody, tunnel mode; believes anybody by shared secret\n"
      "IKE suites: AES_GCM_16_256/PRF_HMAC_SHA2_256/CURVE25519, CHACHA20_POLY1305/PRF_HMAC_SHA2_512/ECP_256\n"
      "ESP suites: AES_CBC_256/HMAC_SHA2_256_128/NO_ESN; native, replay window 256\n"
      "new keys of IKE after 1000 s, of ESP after 500 s or 70000 bytes or 80000 packets, each with a key exchange "
      "of its own\n"
      "ends a session without traffic after 77 s\n"
      "logs from debug on\n");
}

TEST_F(setup, is_told_in_words) {
  write("k.pem", support::private_pem(support::make_key("ed25519")));
  write("psk", "a secret of some length\n");
  const LoadedConfig loaded = good(R"(
identities: [{id: server.example, key: k.pem}]
peers: [{name: site, auth: psk, id: b.example, secret_file: psk}, {}]
pools: [100.64.0.0/24]
connections: [{name: backup, remote: 192.0.2.7, peer: {auth: psk, secret_file: psk}}]
)");
  const std::string text = summary(loaded.config, loaded.setup);
  for (const char* part :
       {"listens on UDP ports 500 and 4500, as user nobody\n", "is FQDN server.example (Ed25519)\n",
        "to be published: server.example. IN IPSECKEY 10 0 4 . ", "lets in site: FQDN b.example by shared secret\n",
        "lets in anonymous: anybody\n", "leases 100.64.0.1 to 100.64.0.254\n",
        "begins backup: to 192.0.2.7 as nobody, tunnel mode; believes anybody by shared secret\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

}  // namespace
}  // namespace latchkey::control
