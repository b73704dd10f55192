// What other implementations sent, read and written again: each payload must come out octet for octet.

#include <functional>
#include <map>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/sk.h"
#include "ike-engine/wire/ts.h"
#include "tests/support/octets.h"
#include "tests/support/vectors.h"
#include "tests/unit/ike-engine/captured_messages.h"

namespace latchkey::wire {
namespace {

using base::Buffer;
using base::Bytes;
using base::PayloadType;

template <class Value>
base::Result<Buffer> again(base::Result<Value> (*parse)(Bytes), Bytes body) {
  const auto value = parse(body);
  if (!value) return std::unexpected(value.error());
  return support::written(*value);
}

// The payload parsed and written again; payloads without a parser as they are.
base::Result<Buffer> rewritten(const RawPayload& payload) {
  switch (payload.type) {
    case PayloadType::sa: return again(parse_sa, payload.body);
    case PayloadType::ke: return again(parse_ke, payload.body);
    case PayloadType::idi:
    case PayloadType::idr: return again(parse_id, payload.body);
    case PayloadType::auth: return again(parse_auth, payload.body);
    case PayloadType::nonce: return again(parse_nonce, payload.body);
    case PayloadType::notify: return again(parse_notify, payload.body);
    case PayloadType::delete_: return again(parse_delete, payload.body);
    case PayloadType::cp: return again(parse_cp, payload.body);
    default: return base::to_buffer(payload.body);
  }
}

void expect_round_trip(Bytes datagram, const std::string& name) {
  const auto message = parse_message(datagram);
  ASSERT_TRUE(message) << name << ": " << message.error().text;
  PayloadChain chain;
  for (const RawPayload& payload : message->payloads) {
    const auto body = rewritten(payload);
    ASSERT_TRUE(body) << name << ": " << body.error().text;
    chain.add(payload.type, [&](base::Writer& out) { out.bytes(*body); });
  }
  Buffer written = write_message(message->header, chain);
  for (const RawPayload& payload : message->payloads) {
    // We never set the critical bit, and the chain does not know what is inside SK.
    const std::size_t at = static_cast<std::size_t>(payload.body.data() - datagram.data()) - 4;
    if (payload.critical) written[at + 1] = 0x80;
    if (payload.type != PayloadType::sk) continue;
    written[at] = static_cast<std::uint8_t>(payload.next);
    EXPECT_TRUE(parse_sk(payload.body, 8, 12)) << name;
  }
  EXPECT_EQ(base::to_hex(written), base::to_hex(datagram)) << name;
}

// Captures and how many IKE messages tcpdump counts in them.
TEST(captures, of_other_implementations_come_out_octet_for_octet) {
  const std::map<std::string, std::size_t> files = {
      {"captures/tcpdump/ikev2four.pcap", 21},
      {"captures/tcpdump/ikev2pI2.pcap", 2},
      {"captures/suricata/IKEv2_SA_INIT_2-8-weak.pcap", 1},
      {"captures/wireshark/ikev2-decrypt-3des-sha1_160.pcap", 6},
      {"captures/wireshark/ikev2-decrypt-aes128ccm12.pcap", 6},
      {"captures/wireshark/ikev2-decrypt-aes256cbc.pcapng", 4},
      {"captures/rfc7634/rfc7634.snoop", 1},
      {"sessions/psk-gcm256-x25519/session.pcap", 6},
      {"sessions/rsa2048-7427-cbc256-ecp256/session.pcap", 6},
  };
  for (const auto& [name, count] : files) {
    const auto path = support::find_vectors(name);
    if (!path) continue;
    const auto messages = support::ike_messages(support::read_octets(*path));
    EXPECT_EQ(messages.size(), count) << name;
    for (std::size_t i = 0; i < messages.size(); ++i)
      expect_round_trip(messages[i], name + " " + std::to_string(i + 1));
  }
}

TEST(captures, of_single_datagrams_come_out_octet_for_octet) {
  for (const char* name : {"captures/ike-scan/pkt-ikev2.dat", "captures/ike-scan/pkt-v2-notify-response.dat",
                           "captures/ike-scan/pkt-v2-sainit-response.dat", "captures/ipsec-parser/ike-sa-init-req.bin",
                           "captures/ipsec-parser/ike-sa-init-resp.bin"}) {
    if (const auto path = support::find_vectors(name)) expect_round_trip(support::read_octets(*path), name);
  }
}

}  // namespace
}  // namespace latchkey::wire
