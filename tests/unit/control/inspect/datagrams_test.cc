#include "control/inspect/datagrams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/inspect/ip_fragments.h"
#include "tests/support/octets.h"
#include "tests/unit/control/inspect/capture_files.h"

namespace latchkey::inspect {
namespace {

using support::hex;

const Buffer kPayload = hex("00112233445566778899aabbccddeeff0011223344556677");

struct Seen {
  std::size_t frame;
  std::string path;
  Buffer payload;
  std::string missing;
};

std::vector<Seen> read(Bytes file) {
  std::vector<Seen> seen;
  each_datagram(file, [&](const Datagram& datagram) {
    seen.push_back({datagram.frame, datagram.source.to_string() + " " + datagram.destination.to_string(),
                    base::to_buffer(datagram.payload), std::string(datagram.missing)});
  });
  return seen;
}

std::vector<Seen> read_frames(Link link, const std::vector<Buffer>& frames) { return read(pcap(link, frames)); }

void expect_one(const std::vector<Seen>& seen, const std::string& path = "192.0.2.1:500 192.0.2.2:500") {
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].path, path);
  EXPECT_EQ(seen[0].payload, kPayload);
  EXPECT_EQ(seen[0].missing, "");
}

Buffer packet() { return ipv4(udp(500, 500, kPayload)); }

TEST(datagrams, are_found_behind_each_link) {
  const std::pair<Link, const char*> links[] = {
      {Link::raw, ""},
      {Link::ipv4, ""},
      {Link::raw_bsd, ""},
      {Link::raw_openbsd, ""},
      {Link::null, "02000000"},
      {Link::loop, "00000002"},
      {Link::ethernet, "010203040506 0708090a0b0c 0800"},
      {Link::ethernet, "010203040506 0708090a0b0c 8100 0005 0800"},
      {Link::ethernet, "010203040506 0708090a0b0c 88a8 0005 8100 0006 0800"},
      {Link::linux_cooked, "0000 0001 0006 0102030405060000 0800"},
      {Link::linux_cooked, "0000 0001 0006 0102030405060000 8100 0005 0800"},
      {Link::linux_cooked_v2, "0800 0000 00000001 0001 00 06 0102030405060000"},
  };
  for (const auto& [link, header] : links) {
    SCOPED_TRACE(header);
    expect_one(read_frames(link, {base::concat({hex(header), packet(), hex("000000")})}));
  }
}

TEST(datagrams, of_other_protocols_are_passed_over) {
  const Buffer arp = hex("010203040506 0708090a0b0c 0806 0001 0800 06 04");
  EXPECT_TRUE(read_frames(Link::ethernet, {arp}).empty());
  EXPECT_TRUE(read_frames(Link::raw, {ipv4(kPayload, 0, 7, 6), hex("00"), hex("5511"), {}}).empty());
}

TEST(datagrams, of_an_unknown_link_are_counted) {
  const Summary summary = each_datagram(pcap(Link{127}, {packet(), packet()}), [](const Datagram&) { FAIL(); });
  EXPECT_EQ(summary.frames, 2U);
  EXPECT_EQ(summary.unknown_links, 2U);
  EXPECT_FALSE(summary.broken);
}

TEST(datagrams, are_found_behind_ipv6_extension_headers) {
  const std::string path = "[2001:db8::1]:500 [2001:db8::2]:500";
  const Buffer plain = udp(500, 500, kPayload);
  expect_one(read_frames(Link::ipv6, {ipv6(plain)}), path);
  // Hop-by-hop, destination options of 16 octets, routing, an atomic fragment, AH of 24 octets.
  const Buffer chain =
      base::concat({hex("3c00 010400000000"), hex("2b01 010c 000000000000000000000000"), hex("2c00 000000000000"),
                    hex("3300 0000 00000001"), hex("1104 0000 00000001 00000002 000000000000000000000000"), plain});
  expect_one(read_frames(Link::ipv6, {ipv6(chain, 0)}), path);
  EXPECT_TRUE(read_frames(Link::ipv6, {ipv6(hex("11ff"), 0)}).empty()) << "a header beyond the packet";
  EXPECT_TRUE(read_frames(Link::ipv6, {ipv6(hex("1100"), 44)}).empty()) << "a fragment header that is cut off";
}

TEST(datagrams, captured_in_part_say_so) {
  const Buffer whole = packet();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto seen = read_frames(Link::raw, {base::to_buffer(Bytes(whole).first(size))});
    if (size < 28) {
      EXPECT_TRUE(seen.empty()) << size;
      continue;
    }
    ASSERT_EQ(seen.size(), 1U) << size;
    EXPECT_EQ(seen[0].payload.size(), size - 28);
    EXPECT_EQ(seen[0].missing, "the capture holds only a part of it");
  }
}

TEST(datagrams, with_lengths_that_lie_are_passed_over_or_cut) {
  EXPECT_TRUE(read_frames(Link::raw, {support::with_octet(packet(), 0, 0x44)}).empty()) << "a header of 16 octets";
  EXPECT_TRUE(read_frames(Link::raw, {support::with_octet(packet(), 3, 19)}).empty()) << "a total below the header";
  EXPECT_TRUE(read_frames(Link::raw, {support::with_octet(packet(), 25, 7)}).empty()) << "a UDP length of 7";
  EXPECT_EQ(read_frames(Link::raw, {support::with_octet(packet(), 25, 0xff)})[0].missing,
            "the capture holds only a part of it");
}

/// The whole cut into fragments of `size` octets, each given to `wrap` with its offset and whether more follow.
template <class Wrap>
std::vector<Buffer> fragments(Bytes whole, std::size_t size, Wrap wrap) {
  std::vector<Buffer> frames;
  for (std::size_t at = 0; at < whole.size(); at += size) {
    const std::size_t end = std::min(at + size, whole.size());
    frames.push_back(wrap(whole.subspan(at, end - at), static_cast<std::uint16_t>(at), end < whole.size()));
  }
  return frames;
}

std::vector<Buffer> ipv4_fragments(std::uint16_t id = 7) {
  return fragments(udp(500, 500, kPayload), 8, [id](Bytes part, std::uint16_t offset, bool more) {
    return ipv4(part, static_cast<std::uint16_t>((more ? 0x2000 : 0) | offset / 8), id);
  });
}

std::vector<Buffer> ipv6_fragments() {
  return fragments(udp(500, 500, kPayload), 8, [](Bytes part, std::uint16_t offset, bool more) {
    base::Writer header;
    header.u16(0x1100);
    header.u16(static_cast<std::uint16_t>(offset | (more ? 1 : 0)));
    header.u32(99);
    return ipv6(base::concat({header.view(), part}), 44);
  });
}

TEST(ip_fragments, are_put_together_in_any_order) {
  auto v4 = ipv4_fragments();
  auto v6 = ipv6_fragments();
  ASSERT_EQ(v4.size(), 4U);
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    std::vector<Buffer> frames4, frames6;
    for (const std::size_t i : order) frames4.push_back(v4[i]);
    for (const std::size_t i : order) frames6.push_back(v6[i]);
    expect_one(read_frames(Link::raw, frames4));
    EXPECT_EQ(read_frames(Link::raw, frames4)[0].frame, 4U) << "the frame that made it whole";
    expect_one(read_frames(Link::raw, frames6), "[2001:db8::1]:500 [2001:db8::2]:500");
  } while (std::ranges::next_permutation(order).found);
}

TEST(ip_fragments, that_come_twice_do_not_matter) {
  const auto v4 = ipv4_fragments();
  expect_one(read_frames(Link::raw, {v4[1], v4[1], v4[0], v4[3], v4[0], v4[2]}));
}

TEST(ip_fragments, of_two_packets_are_kept_apart) {
  const auto a = ipv4_fragments(1);
  const auto b = ipv4_fragments(2);
  EXPECT_EQ(read_frames(Link::raw, {a[0], b[0], b[1], a[1], a[2], b[2], b[3], a[3]}).size(), 2U);
}

TEST(ip_fragments, that_never_become_whole_are_shown_at_the_end_as_far_as_they_reach) {
  const auto v4 = ipv4_fragments();
  const auto seen = read_frames(Link::raw, {packet(), v4[0], v4[1], v4[3]});
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1].frame, 2U);
  EXPECT_EQ(seen[1].payload, base::to_buffer(Bytes(kPayload).first(8)));
  EXPECT_EQ(seen[1].missing, "IP fragments of it are missing");
  EXPECT_TRUE(read_frames(Link::raw, {v4[1], v4[2]}).empty()) << "without the ports nobody knows what it was";
}

TEST(ip_fragments, beyond_the_bound_push_out_the_oldest) {
  std::vector<Buffer> frames;
  for (std::uint16_t id = 0; id < IpFragments::kMax; ++id) frames.push_back(ipv4_fragments(id)[0]);
  auto rest = ipv4_fragments(0);
  std::vector<Buffer> fits = frames;
  fits.insert(fits.end(), rest.begin() + 1, rest.end());
  EXPECT_EQ(read_frames(Link::raw, fits)[0].missing, "");
  frames.push_back(ipv4_fragments(1000)[0]);
  frames.insert(frames.end(), rest.begin() + 1, rest.end());
  const auto seen = read_frames(Link::raw, frames);
  EXPECT_EQ(seen[0].frame, 1U);
  EXPECT_EQ(seen[0].missing, "IP fragments of it are missing");
}

TEST(ip_fragments, beyond_65535_octets_or_without_sense_do_no_harm) {
  EXPECT_TRUE(read_frames(Link::raw, {ipv4(kPayload, 0x1fff), ipv4(Buffer(100), 0x3fff)}).empty());
  EXPECT_TRUE(read_frames(Link::raw, {ipv4({}, 0x2000), ipv4({}, 1)}).empty());
  EXPECT_TRUE(read_frames(Link::raw, {ipv4(Bytes(kPayload).first(3), 0x2000), ipv4(kPayload, 1)}).empty());
}

std::optional<Bytes> message_in(std::uint16_t source, std::uint16_t destination, Bytes payload) {
  const base::Address address;
  return ike_message_of({1, {address, source}, {address, destination}, payload, ""});
}

TEST(ike_message, is_on_port_500_or_behind_a_marker_on_port_4500) {
  const Buffer marked = base::concat({hex("00000000"), kPayload});
  EXPECT_TRUE(base::same(message_in(500, 500, kPayload).value(), kPayload));
  EXPECT_TRUE(base::same(message_in(500, 40000, kPayload).value(), kPayload));
  EXPECT_TRUE(base::same(message_in(40000, 4500, marked).value(), kPayload));
  EXPECT_TRUE(base::same(message_in(4500, 4500, marked).value(), kPayload));
  EXPECT_TRUE(base::same(message_in(500, 500, marked).value(), marked)) << "no marker on port 500";
}

TEST(ike_message, is_no_esp_no_keepalive_and_on_no_other_port) {
  EXPECT_FALSE(message_in(4500, 4500, hex("01020304 00000001")));
  EXPECT_FALSE(message_in(4500, 4500, hex("000000")));
  EXPECT_FALSE(message_in(4500, 4500, hex("ff")));
  EXPECT_FALSE(message_in(500, 500, hex("ff")));
  EXPECT_FALSE(message_in(53, 5000, kPayload));
}

}  // namespace
}  // namespace latchkey::inspect
