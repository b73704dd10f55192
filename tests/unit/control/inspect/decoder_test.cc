#include "control/inspect/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/inspect/decode.h"
#include "ike-engine/wire/notify.h"
#include "tests/support/octets.h"
#include "tests/unit/control/inspect/capture_files.h"

namespace latchkey::inspect {
namespace {

using base::PayloadType;
using session::Protection;
using support::hex;
using support::with_octet;
using testing::HasSubstr;

constexpr std::string_view kKeys = R"({
  "spi_i": "1122334455667788", "spi_r": "99aabbccddeeff00",
  "sk_ei": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2", "sk_er": "b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b2b2b2b2"})";

constexpr std::size_t kSmall = 70;  ///< cuts what the sender sends into four fragments

/// What the initiator of that SA sends.
class Sender {
 public:
  Sender() {
    header_.spi_i = base::IkeSpi{0x1122334455667788};
    header_.spi_r = base::IkeSpi{0x99aabbccddeeff00};
    header_.exchange = base::ExchangeType::ike_auth;
    header_.initiator = true;
    header_.message_id = base::MessageId{1};
    for (const std::string_view text : {"first", "second", "third"}) {
      chain_.add(PayloadType::vendor_id, [&](base::Writer& out) { out.bytes(base::as_bytes(text)); });
    }
  }

  std::vector<Buffer> send(std::size_t fragment_size = 0) {
    const auto key = [] { return base::SecretBytes(hex("a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a2a2a2a2")); };
    auto protection = Protection::make(base::EncrId::aes_gcm_16, 128, base::IntegId::none, {key(), {}}, {key(), {}});
    return protection->seal(header_, chain_, fragment_size).value();
  }

  wire::Header& header() { return header_; }

 private:
  wire::Header header_;
  wire::PayloadChain chain_;
};

Decoder with_keys() { return Decoder(read_keys_json(kKeys).value()); }
Decoder without_keys() { return Decoder(Keyring()); }

std::string types_of(const Json& json) {
  std::string types;
  for (const Json& payload : json["payloads"]) types += payload["type"].dump() + " ";
  return types;
}

TEST(decoder, shows_the_header_and_the_payloads_of_an_open_message) {
  const Buffer datagram =
      hex("1122334455667788 0000000000000000 28 20 22 08 00000000 00000034  2b 00 0014 00112233445566778899aabbccddeeff"
          "  00 80 0004");
  const Decoded decoded = without_keys().decode(7, datagram);
  EXPECT_EQ(decoded.exit, Exit::fine);
  EXPECT_EQ(decoded.json.dump(),
            R"({"frame":7,"spi_i":"1122334455667788","spi_r":"0000000000000000","exchange":34,"flags":8,"msgid":0,)"
            R"("payloads":[{"type":40,"name":"Nonce","critical":false,"body":"00112233445566778899aabbccddeeff",)"
            R"("data":"00112233445566778899aabbccddeeff"},{"type":43,"name":"V","critical":true,"body":"","data":""}],)"
            R"("decrypted":false,"icv_ok":null,"error":null,"version":"2.0","exchange_name":"IKE_SA_INIT"})");
}

TEST(decoder, shows_what_is_inside_where_there_are_keys) {
  const Buffer datagram = Sender().send().front();
  Decoded decoded = with_keys().decode(1, datagram);
  EXPECT_EQ(decoded.exit, Exit::fine);
  EXPECT_EQ(types_of(decoded.json), "43 43 43 ");
  EXPECT_EQ(decoded.json["payloads"][2]["text"], "third");
  EXPECT_EQ(decoded.json["encrypted"]["type"], 46);
  EXPECT_EQ(decoded.json["decrypted"], true);
  EXPECT_EQ(decoded.json["icv_ok"], true);
  EXPECT_EQ(decoded.json["error"], nullptr);
}

TEST(decoder, leaves_closed_what_it_has_no_keys_for) {
  Sender sender;
  for (const bool other_sa : {false, true}) {
    if (other_sa) sender.header().spi_r = base::IkeSpi{1};
    Decoder decoder = other_sa ? with_keys() : without_keys();
    const Decoded decoded = decoder.decode(1, sender.send().front());
    EXPECT_EQ(decoded.exit, Exit::fine);
    EXPECT_EQ(types_of(decoded.json), "46 ");
    EXPECT_EQ(decoded.json["decrypted"], false);
    EXPECT_EQ(decoded.json["icv_ok"], nullptr);
    EXPECT_EQ(decoded.json["error"], nullptr);
  }
}

TEST(decoder, refuses_a_wrong_icv) {
  Buffer datagram = Sender().send().front();
  datagram.back() ^= 1;
  const Decoded decoded = with_keys().decode(1, datagram);
  EXPECT_EQ(decoded.exit, Exit::refused);
  EXPECT_EQ(types_of(decoded.json), "46 ");
  EXPECT_EQ(decoded.json["decrypted"], false);
  EXPECT_EQ(decoded.json["icv_ok"], false);
  EXPECT_EQ(decoded.json["error"], "bad-icv: integrity check failed");
}

TEST(decoder, puts_fragments_together_when_the_last_one_arrives) {
  const auto fragments = Sender().send(kSmall);
  ASSERT_EQ(fragments.size(), 4U);
  for (const std::vector<std::size_t>& order :
       {std::vector<std::size_t>{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 2, 0, 0, 1, 3}}) {
    Decoder decoder = with_keys();
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Decoded decoded = decoder.decode(i, fragments[order[i]]);
      EXPECT_EQ(decoded.exit, Exit::fine);
      EXPECT_EQ(decoded.json["decrypted"], true);
      if (i + 1 < order.size()) {
        EXPECT_EQ(types_of(decoded.json), "53 ");
        EXPECT_EQ(decoded.json["payloads"][0]["fragment"], order[i] + 1);
        EXPECT_EQ(decoded.json["payloads"][0]["total"], 4);
      } else {
        EXPECT_EQ(types_of(decoded.json), "43 43 43 ");
        EXPECT_EQ(decoded.json["encrypted"]["fragment"], order[i] + 1);
      }
    }
  }
}

TEST(decoder, keeps_fragments_of_different_messages_apart) {
  Sender sender;
  const auto first = sender.send(kSmall);
  sender.header().message_id = base::MessageId{2};
  const auto second = sender.send(kSmall);
  Decoder decoder = with_keys();
  for (std::size_t i = 0; i + 1 < first.size(); ++i) {
    decoder.decode(1, first[i]);
    decoder.decode(1, second[i]);
  }
  EXPECT_EQ(types_of(decoder.decode(1, first.back()).json), "43 43 43 ");
  EXPECT_EQ(types_of(decoder.decode(1, second.back()).json), "43 43 43 ");
}

TEST(decoder, holds_a_bounded_number_of_messages_in_the_making) {
  Sender sender;
  const auto oldest = sender.send(kSmall);
  Decoder decoder = with_keys();
  decoder.decode(1, oldest[0]);
  for (std::uint32_t id = 100; id < 164; ++id) {
    sender.header().message_id = base::MessageId{id};
    decoder.decode(1, sender.send(kSmall)[0]);
  }
  Json last;
  for (std::size_t i = 1; i < oldest.size(); ++i) last = decoder.decode(1, oldest[i]).json;
  EXPECT_EQ(types_of(last), "53 ") << "its first fragment has gone";
}

TEST(decoder, says_that_ikev1_is_not_decoded) {
  const Buffer datagram = hex("1122334455667788 0000000000000000 01 10 02 00 00000000 0000001c");
  const Decoded decoded = without_keys().decode(1, datagram);
  EXPECT_EQ(decoded.exit, Exit::fine);
  EXPECT_EQ(decoded.json["error"], "IKE version 1: only version 2 is decoded");
  EXPECT_EQ(decoded.json["exchange"], 2);
  EXPECT_EQ(decoded.json["version"], "1.0");
  EXPECT_EQ(without_keys().decode(1, with_octet(datagram, 17, 0x30)).exit, Exit::malformed);
}

TEST(decoder, shows_what_it_can_of_a_malformed_message) {
  const Buffer datagram =
      hex("1122334455667788 0000000000000000 2b 20 22 08 00000000 00000029  2c 00 0005 aa  00 00 0008 00000000");
  const std::pair<Buffer, std::string> cases[] = {
      {datagram, "payload 2 (type 44): malformed: ts: no selector"},
      {with_octet(datagram, 27, 0x30), "malformed: header: length 48 of a message of 41 octets"},
      {with_octet(datagram, 36, 9), "truncated: payload"},
      {with_octet(datagram, 36, 4), "payload 2 (type 44): truncated: ts"},
      {base::to_buffer(Bytes(datagram).first(40)), "malformed: header: length 41 of a message of 40 octets"},
      {base::to_buffer(Bytes(datagram).first(27)), "truncated: header"},
      {{}, "truncated: header"},
  };
  for (const auto& [octets, complaint] : cases) {
    const Decoded decoded = without_keys().decode(1, octets);
    EXPECT_EQ(decoded.exit, Exit::malformed);
    EXPECT_EQ(decoded.json["error"], complaint);
    EXPECT_EQ(decoded.json["spi_i"].is_null(), octets.size() < 28);
  }
  EXPECT_EQ(types_of(without_keys().decode(1, with_octet(datagram, 36, 9)).json), "43 ");
}

TEST(decoder, is_total_for_every_truncation_and_every_changed_octet) {
  const Buffer datagram = Sender().send().front();
  for (std::size_t at = 0; at < datagram.size(); ++at) {
    const Buffer shorter = base::to_buffer(Bytes(datagram).first(at));
    EXPECT_NE(with_keys().decode(1, shorter).exit, Exit::fine);
    with_keys().decode(1, with_octet(datagram, at, datagram[at] ^ 0xff));
  }
}

/// What decode_capture() and decode_message() show, and their verdict.
struct Shown {
  std::vector<Json> messages;
  Verdict verdict;
};

Shown decode_frames(const std::vector<Buffer>& frames, Decoder decoder, Link link = Link::raw) {
  Shown shown;
  shown.verdict =
      decode_capture(pcap(link, frames), decoder, [&](const Json& json) { shown.messages.push_back(json); });
  return shown;
}

TEST(decode_capture, shows_messages_with_their_frames_and_ends_with_the_worst) {
  Buffer wrong = Sender().send().front();
  wrong.back() ^= 1;
  const Buffer good = Sender().send().front();
  const Buffer esp = ipv4(udp(4500, 4500, hex("01020304 00000001")));
  const Buffer nat = ipv4(udp(4500, 4500, base::concat({hex("00000000"), good})));
  const Shown shown = decode_frames({esp, ipv4(udp(500, 500, good)), nat, ipv4(udp(500, 500, wrong))}, with_keys());
  ASSERT_EQ(shown.messages.size(), 3U);
  EXPECT_EQ(shown.messages[0]["frame"], 2);
  EXPECT_EQ(shown.messages[1]["frame"], 3);
  EXPECT_EQ(shown.messages[1]["source"], "192.0.2.1:4500");
  EXPECT_EQ(shown.messages[1]["decrypted"], true);
  EXPECT_EQ(shown.verdict.exit, Exit::refused);
  EXPECT_EQ(shown.verdict.complaint, "frame 4: bad-icv: integrity check failed");
}

TEST(decode_capture, shows_what_was_captured_of_a_message) {
  const Buffer whole = ipv4(udp(500, 500, Sender().send().front()));
  const Shown shown = decode_frames({base::to_buffer(Bytes(whole).first(60))}, with_keys());
  ASSERT_EQ(shown.messages.size(), 1U);
  EXPECT_EQ(shown.messages[0]["spi_i"], "1122334455667788");
  EXPECT_EQ(shown.messages[0]["error"], "the capture holds only a part of it");
  EXPECT_EQ(shown.verdict.exit, Exit::malformed);
}

TEST(decode_capture, complains_of_a_broken_file_and_of_links_that_nobody_knows) {
  Decoder decoder = without_keys();
  const auto ignore = [](const Json&) {};
  EXPECT_EQ(decode_capture(hex("00"), decoder, ignore).complaint, "octet 0: neither pcap, pcapng nor snoop");
  EXPECT_EQ(decode_frames({hex("00")}, without_keys(), Link{127}).verdict.exit, Exit::malformed);
  EXPECT_EQ(decode_frames({}, without_keys(), Link{127}).verdict.exit, Exit::fine);
}

TEST(decode_message, takes_one_with_and_without_a_marker) {
  const Buffer plain = Sender().send().front();
  for (const Buffer& octets : {plain, base::concat({hex("00000000"), plain})}) {
    Decoder decoder = with_keys();
    Json json;
    EXPECT_EQ(decode_message(octets, decoder, [&](const Json& one) { json = one; }).exit, Exit::fine);
    EXPECT_EQ(types_of(json), "43 43 43 ");
    EXPECT_EQ(json["frame"], 1);
  }
  Decoder decoder = with_keys();
  EXPECT_EQ(decode_message(hex("00000000"), decoder, [](const Json&) {}).complaint, "truncated: header");
}

}  // namespace
}  // namespace latchkey::inspect
