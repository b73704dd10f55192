#include "xfrm/messages.h"

#include <gtest/gtest.h>
#include <linux/xfrm.h>
#include <netinet/in.h>

#include "tests/support/octets.h"
#include "tests/unit/xfrm/demands.h"
#include "xfrm/parse.h"

// The expected octets are what Debian's iproute2 6.1 sends for the command in the comment, without the netlink header.

namespace latchkey::xfrm {
namespace {

using namespace std::chrono_literals;
using support::hex;

const base::Address kLocal = *base::Address::parse("192.0.2.1");
const base::Address kRemote = *base::Address::parse("198.51.100.7");
const base::Address kLocal6 = *base::Address::parse("2001:db8::1");
const base::Address kRemote6 = *base::Address::parse("2001:db8::2");
constexpr base::ReqId kReqId{0x4c010203};
constexpr base::Spi kSpi{0x12345678};

// Pieces that the messages have in common.
const std::string kNoSelector(2 * sizeof(xfrm_selector), '0');
const std::string kZero4 = "00000000";
const std::string kV4Tail = "000000000000000000000000";
const std::string kNoByteLimit = "ffffffffffffffffffffffffffffffff";
const std::string kNoPacketLimit = kNoByteLimit;
const std::string kUnused(2 * (sizeof(xfrm_lifetime_cur) + sizeof(xfrm_stats)) + 2 * 4, '0');  // and seq
const std::string kLocalField = "c0000201" + kV4Tail;
const std::string kRemoteField = "c6336407" + kV4Tail;

std::string seconds(const char* little_endian) {  // soft and hard since it was added, soft and hard since it was used
  return std::string(16, '0') + little_endian + "000000000000" + std::string(32, '0');
}

base::Buffer body(const Message& message) { return base::to_buffer(message.bytes().subspan(NLMSG_HDRLEN)); }

#define EXPECT_MESSAGE(message, type, text)                           \
  do {                                                                \
    const Message built = (message);                                  \
    EXPECT_EQ(built.header().nlmsg_type, type);                       \
    EXPECT_EQ(built.header().nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK); \
    EXPECT_EQ(built.header().nlmsg_len, built.bytes().size());        \
    EXPECT_EQ(base::to_hex(body(built)), base::to_hex(hex(text)));    \
  } while (false)

Sa sample_sa(base::Bytes key) {
  Sa sa;
  sa.suite = {base::EncrId::aes_gcm_16, 128, true};
  sa.source = kLocal;
  sa.destination = kRemote;
  sa.spi = kSpi;
  sa.reqid = kReqId;
  sa.key = key;
  sa.encapsulation = UdpPorts{4500, 4501};
  sa.expiry = 4200s;
  return sa;
}

// ip xfrm state add src 192.0.2.1 dst 198.51.100.7 proto esp spi 0x12345678 reqid 0x4c010203 mode tunnel flag esn
//   replay-window 128 aead 'rfc4106(gcm(aes))' 0x0102..14 128 encap espinudp 4500 4501 0.0.0.0 limit time-hard 4200
TEST(xfrm_messages, writes_an_sa_with_aes_gcm_esn_and_udp_encapsulation) {
  const base::Buffer key = hex("0102030405060708090a0b0c0d0e0f1011121314");
  const std::string cipher =
      "60001200"
      "726663343130362867636d286165732929" +
      std::string(2 * (64 - 17), '0') +  // the name
      "a0000000"
      "80000000"
      "0102030405060708090a0b0c0d0e0f1011121314";
  const std::string encapsulation =
      "1c000400"
      "0200"
      "1194"
      "1195"
      "0000"
      "00000000000000000000000000000000";
  const std::string info = kNoSelector + kRemoteField +
                           "12345678"
                           "32000000" +
                           kLocalField + kNoByteLimit + kNoPacketLimit + seconds("6810") + kUnused +
                           "0302014c"
                           "0200"
                           "01"
                           "00"
                           "80"
                           "00000000000000";
  const std::string replay =
      "2c001700"
      "04000000" +
      kZero4 + kZero4 + kZero4 + kZero4 + "80000000" + std::string(32, '0');
  EXPECT_MESSAGE(new_sa(sample_sa(key)).value(), XFRM_MSG_NEWSA, info + cipher + replay + encapsulation);
  EXPECT_MESSAGE(update_sa(sample_sa(key)).value(), XFRM_MSG_UPDSA, info + cipher + replay + encapsulation);
}

// ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x12345678 reqid 0x4c010203 mode transport
//   aead 'rfc7539esp(chacha20,poly1305)' 0x0102..24 128 replay-window 128 limit time-hard 4200
TEST(xfrm_messages, writes_an_sa_with_chacha20_for_ipv6_in_transport_mode_without_esn) {
  const base::Buffer key = hex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324");
  Sa sa = sample_sa(key);
  sa.mode = api::Mode::transport;
  sa.suite = {base::EncrId::chacha20_poly1305, 256, false};
  sa.source = kLocal6;
  sa.destination = kRemote6;
  sa.encapsulation.reset();
  const std::string info = kNoSelector +
                           "20010db8000000000000000000000002"
                           "12345678"
                           "32000000"
                           "20010db8000000000000000000000001" +
                           kNoByteLimit + kNoPacketLimit + seconds("6810") + kUnused +
                           "0302014c"
                           "0a00"
                           "00"
                           "00"
                           "00"
                           "00000000000000";
  const std::string cipher =
      "70001200"
      "726663373533396573702863686163686132302c706f6c793133303529" +
      std::string(2 * (64 - 29), '0') +
      "20010000"
      "80000000" +
      base::to_hex(key);
  const std::string replay =
      "2c001700"
      "04000000" +
      kZero4 + kZero4 + kZero4 + kZero4 + "80000000" + std::string(32, '0');
  EXPECT_MESSAGE(new_sa(sa).value(), XFRM_MSG_NEWSA, info + cipher + replay);
}

// ip xfrm state add src 2001:db8::1 dst 2001:db8::2 proto esp spi 0x12345678 reqid 0x4c010203 mode tunnel flag esn
//   flag af-unspec replay-window 128 aead 'rfc4106(gcm(aes))' 0x0102..14 128 limit time-hard 4200
//   limit byte-soft 1000000 limit packet-soft 5000
TEST(xfrm_messages, writes_soft_limits_and_packets_of_the_other_family) {
  const base::Buffer key = hex("0102030405060708090a0b0c0d0e0f1011121314");
  Sa sa = sample_sa(key);
  sa.source = kLocal6;
  sa.destination = kRemote6;
  sa.encapsulation.reset();
  sa.soft = {1000000, 5000};
  sa.other_family = true;
  const std::string info = kNoSelector +
                           "20010db8000000000000000000000002"
                           "12345678"
                           "32000000"
                           "20010db8000000000000000000000001"
                           "40420f0000000000ffffffffffffffff"
                           "8813000000000000ffffffffffffffff" +
                           seconds("6810") + kUnused +
                           "0302014c"
                           "0a00"
                           "01"
                           "00"
                           "a0"
                           "00000000000000";
  const Message built = new_sa(sa).value();
  EXPECT_EQ(base::to_hex(base::Bytes(body(built)).first(sizeof(xfrm_usersa_info))), base::to_hex(hex(info)));
}

/// An attribute with a name of 64 octets, `sizes` and a key, padded to 4 octets; its length is that without padding.
std::string algorithm(const char* type, std::string_view name, const std::string& sizes, const base::Buffer& key) {
  const std::size_t size = 4 + 64 + sizes.size() / 2 + key.size();
  const std::uint8_t length[] = {static_cast<std::uint8_t>(size), static_cast<std::uint8_t>(size >> 8)};
  base::Buffer padded = base::to_buffer(base::as_bytes(name));
  padded.resize(64);
  return base::to_hex(length) + type + base::to_hex(padded) + sizes + base::to_hex(key) +
         std::string(2 * ((4 - size % 4) % 4), '0');
}

base::Buffer counting_from(std::uint8_t first, std::size_t size) {
  base::Buffer out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return out;
}

struct AlgorithmCase {
  api::EspSuite suite;
  std::size_t cipher_key, integrity_key;
  std::string (*attributes)(const base::Buffer& cipher_key, const base::Buffer& integrity_key);
};

// ip xfrm state add ... enc 'cbc(aes)' KEY auth-trunc 'hmac(sha256)' KEY 128, and so on
const AlgorithmCase kAlgorithms[] = {
    {{base::EncrId::aes_cbc, 128, true, base::IntegId::hmac_sha2_256_128},
     16,
     32,
     [](const base::Buffer& cipher, const base::Buffer& mac) {
       return algorithm("0200", "cbc(aes)", "80000000", cipher) +
              algorithm("1400", "hmac(sha256)", "0001000080000000", mac);
     }},
    {{base::EncrId::aes_cbc, 256, true, base::IntegId::hmac_sha2_384_192},
     32,
     48,
     [](const base::Buffer& cipher, const base::Buffer& mac) {
       return algorithm("0200", "cbc(aes)", "00010000", cipher) +
              algorithm("1400", "hmac(sha384)", "80010000c0000000", mac);
     }},
    {{base::EncrId::aes_ctr, 256, true, base::IntegId::hmac_sha2_512_256},
     36,
     64,
     [](const base::Buffer& cipher, const base::Buffer& mac) {
       return algorithm("0200", "rfc3686(ctr(aes))", "20010000", cipher) +
              algorithm("1400", "hmac(sha512)", "0002000000010000", mac);
     }},
    {{base::EncrId::aes_ccm_8, 128, true},
     19,
     0,
     [](const base::Buffer& cipher, const base::Buffer&) {
       return algorithm("1200", "rfc4309(ccm(aes))", "9800000040000000", cipher);
     }},
    {{base::EncrId::aes_ccm_16, 256, true},
     35,
     0,
     [](const base::Buffer& cipher, const base::Buffer&) {
       return algorithm("1200", "rfc4309(ccm(aes))", "1801000080000000", cipher);
     }},
};

TEST(xfrm_messages, writes_the_algorithms_of_every_kind_of_suite) {
  constexpr std::size_t kInfo = sizeof(xfrm_usersa_info);
  for (const AlgorithmCase& c : kAlgorithms) {
    const base::Buffer cipher = counting_from(1, c.cipher_key), mac = counting_from(0x81, c.integrity_key);
    const base::Buffer key = base::concat({cipher, mac});
    Sa sa = sample_sa(key);
    sa.suite = c.suite;
    const auto message = new_sa(sa);
    ASSERT_TRUE(message) << c.suite.to_string();
    const std::string expected = c.attributes(cipher, mac);
    EXPECT_EQ(base::to_hex(body(*message)).substr(2 * kInfo, expected.size()), expected) << c.suite.to_string();
    sa.key = base::Bytes(key).first(key.size() - 1);
    EXPECT_EQ(new_sa(sa).error().code, base::Errc::malformed) << c.suite.to_string();
  }
}

TEST(xfrm_messages, refuses_what_is_no_sa) {
  const base::Buffer key(20), short_key(16), long_key(36);
  EXPECT_TRUE(new_sa(sample_sa(key)));
  EXPECT_EQ(new_sa(sample_sa(short_key)).error().code, base::Errc::malformed);
  EXPECT_EQ(new_sa(sample_sa(long_key)).error().code, base::Errc::malformed);
  for (const std::uint32_t reserved : {0U, 1U, 255U}) {
    Sa sa = sample_sa(key);
    sa.spi = base::Spi{reserved};
    EXPECT_EQ(new_sa(sa).error().code, base::Errc::malformed) << reserved;
  }
  Sa sa = sample_sa(key);
  using base::IntegId;
  for (const api::EspSuite& suite : {api::EspSuite{base::EncrId::aes_cbc, 128, true},
                                     {base::EncrId::aes_cbc, 128, true, IntegId::hmac_sha1_96},
                                     {base::EncrId::aes_gcm_16, 128, true, IntegId::hmac_sha2_256_128},
                                     {base::EncrId::aes_gcm_8, 128, true},
                                     {base::EncrId::des3, 192, true, IntegId::hmac_sha2_256_128},
                                     {base::EncrId::null, 0, true, IntegId::hmac_sha2_256_128},
                                     {base::EncrId::chacha20_poly1305, 128, true}}) {
    sa.suite = suite;
    EXPECT_EQ(new_sa(sa).error().code, base::Errc::unsupported) << suite.to_string();
  }
}

// ip xfrm state allocspi src 198.51.100.7 dst 192.0.2.1 proto esp reqid 0x4c010203 mode tunnel min 256 max 0xffffffff
// (with lifetimes, where iproute2 leaves zeros)
TEST(xfrm_messages, asks_for_an_spi) {
  EXPECT_MESSAGE(allocate_spi(kRemote, kLocal, kReqId, 256, 0xFFFFFFFF), XFRM_MSG_ALLOCSPI,
                 kNoSelector + kLocalField + kZero4 + "32000000" + kRemoteField + kNoByteLimit + kNoPacketLimit +
                     seconds("0000") + kUnused +
                     "0302014c"
                     "0200"
                     "01"
                     "00"
                     "00"
                     "00000000000000"
                     "00010000"
                     "ffffffff");
}

// ip xfrm state delete dst 198.51.100.7 proto esp spi 0x12345678 (without the zero source address that iproute2
// appends)
TEST(xfrm_messages, deletes_an_sa) {
  EXPECT_MESSAGE(delete_sa(kRemote, kSpi), XFRM_MSG_DELSA,
                 kRemoteField +
                     "12345678"
                     "0200"
                     "32"
                     "00");
}

const std::string kOutSelector = kRemoteField + kLocalField +
                                 "00000000"
                                 "00000000"
                                 "0200"
                                 "20"
                                 "20"
                                 "00000000" +
                                 kZero4 + kZero4;

// ip xfrm policy add src 192.0.2.1/32 dst 198.51.100.7/32 dir out priority 19458 limit time-hard 120
//   tmpl src 192.0.2.1 dst 198.51.100.7 proto esp spi 0x8000 reqid 0x4c010203 mode tunnel
TEST(xfrm_messages, writes_a_tunnels_policy) {
  const Policy policy = tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, kReqId), 120s)[2];
  const std::string text = kOutSelector + kNoByteLimit + kNoPacketLimit + seconds("7800") + std::string(64, '0') +
                           "024c0000"
                           "00000000"
                           "01"
                           "00"
                           "00"
                           "00"
                           "00000000"
                           "44000500" +
                           kRemoteField +
                           "00008000"
                           "32000000"
                           "02000000" +
                           kLocalField +
                           "0302014c"
                           "01"
                           "00"
                           "00"
                           "00"
                           "ffffffffffffffffffffffff";
  EXPECT_MESSAGE(new_policy(policy), XFRM_MSG_NEWPOLICY, text);
  EXPECT_MESSAGE(update_policy(policy), XFRM_MSG_UPDPOLICY, text);
}

// ip xfrm policy update src ::/0 dst 2001:db8::2/128 dir fwd action block priority 19459 limit time-hard 120
TEST(xfrm_messages, writes_a_guard) {
  EXPECT_MESSAGE(update_policy(guard_policies(kRemote6, 120s)[1]), XFRM_MSG_UPDPOLICY,
                 "20010db8000000000000000000000002" + std::string(32, '0') +
                     "00000000"
                     "00000000"
                     "0a00"
                     "80"
                     "00"
                     "00000000" +
                     kZero4 + kZero4 + kNoByteLimit + kNoPacketLimit + seconds("7800") + std::string(64, '0') +
                     "034c0000"
                     "00000000"
                     "02"
                     "01"
                     "00"
                     "00"
                     "00000000");
}

// ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 53 dir out priority 19457 limit time-hard 120
// ip xfrm policy add src ::/0 dst ::/0 proto ipv6-icmp type 135 dir in priority 19457 limit time-hard 120
TEST(xfrm_messages, writes_exemptions) {
  const std::string tail = kNoByteLimit + kNoPacketLimit + seconds("7800") + std::string(64, '0') +
                           "014c0000"
                           "00000000";
  const std::string any(64, '0');
  EXPECT_MESSAGE(new_policy(dns_exemptions(base::Family::ipv4, 120s)[0]), XFRM_MSG_NEWPOLICY,
                 any +
                     "0035ffff"
                     "00000000"
                     "0200"
                     "00"
                     "00"
                     "11000000" +
                     kZero4 + kZero4 + tail +
                     "01"
                     "00"
                     "00"
                     "00"
                     "00000000");
  EXPECT_MESSAGE(new_policy(neighbour_exemptions(120s)[1]), XFRM_MSG_NEWPOLICY,
                 any +
                     "00000000"
                     "0087ffff"
                     "0a00"
                     "00"
                     "00"
                     "3a000000" +
                     kZero4 + kZero4 + tail +
                     "00"
                     "00"
                     "00"
                     "00"
                     "00000000");
}

// ip xfrm policy delete src 192.0.2.1/32 dst 198.51.100.7/32 dir out
TEST(xfrm_messages, deletes_a_policy) {
  const Policy policy = tunnel_policies(demand(kLocal, kRemote, api::Mode::tunnel, kReqId), 120s)[2];
  EXPECT_MESSAGE(delete_policy(policy.key), XFRM_MSG_DELPOLICY,
                 kOutSelector +
                     "00000000"
                     "01"
                     "000000");
}

// ip xfrm policy set hthresh4 0 32 hthresh6 0 128 (whose flags, which the kernel ignores, are all ones)
TEST(xfrm_messages, sets_hash_thresholds) {
  EXPECT_MESSAGE(set_hash_thresholds(), XFRM_MSG_NEWSPDINFO,
                 "00000000"
                 "06000300"
                 "0020"
                 "0000"
                 "06000400"
                 "0080"
                 "0000");
}

TEST(xfrm_messages, asks_for_counters_without_keys) {
  EXPECT_MESSAGE(get_counters(kLocal, kRemote, kSpi), XFRM_MSG_GETAE,
                 kRemoteField +
                     "12345678"
                     "0200"
                     "32"
                     "00" +
                     kLocalField + "04000000" + kZero4);
}

TEST(xfrm_messages, dumps_without_a_body) {
  EXPECT_EQ(dump_sas().header().nlmsg_type, XFRM_MSG_GETSA);
  EXPECT_EQ(dump_policies().header().nlmsg_type, XFRM_MSG_GETPOLICY);
  EXPECT_EQ(dump_sas().header().nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  EXPECT_TRUE(body(dump_sas()).empty());
}

}  // namespace
}  // namespace latchkey::xfrm
