#include "control/inspect/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/octets.h"
#include "tests/unit/control/inspect/capture_files.h"

namespace latchkey::inspect {
namespace {

using support::hex;
using testing::HasSubstr;

const Buffer kOne = hex("010203");
const Buffer kTwo = hex("0405060708");

struct Seen {
  std::vector<Buffer> frames;
  std::vector<Link> links;
  std::vector<std::size_t> numbers;
  std::string trouble;
};

Seen read(Bytes file) {
  Seen seen;
  const Buffer exact = base::to_buffer(file);  // so that a sanitizer sees an overread
  const auto done = each_frame(exact, [&](const Frame& frame) {
    seen.frames.push_back(base::to_buffer(frame.octets));
    seen.links.push_back(frame.link);
    seen.numbers.push_back(frame.number);
  });
  if (!done) seen.trouble = done.error();
  return seen;
}

void expect_both_frames(Bytes file, Link link) {
  const Seen seen = read(file);
  EXPECT_EQ(seen.trouble, "");
  EXPECT_EQ(seen.frames, (std::vector{kOne, kTwo}));
  EXPECT_EQ(seen.links, (std::vector{link, link}));
  EXPECT_EQ(seen.numbers, (std::vector<std::size_t>{1, 2}));
}

/// Cut anywhere, a file gives whole frames only, and trouble unless it was cut between two.
void expect_truncations_noticed(const Buffer& file, std::size_t header) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Seen seen = read(Bytes(file).first(size));
    for (const Buffer& frame : seen.frames) EXPECT_TRUE(frame == kOne || frame == kTwo);
    const bool between = size == header || (seen.frames.size() == 1 && seen.trouble.empty());
    EXPECT_EQ(seen.trouble.empty(), between) << size << ": " << seen.trouble;
  }
}

TEST(pcap, is_read_in_both_orders_with_microseconds_and_nanoseconds) {
  for (const bool little : {true, false}) {
    for (const std::uint32_t magic : {0xa1b2c3d4, 0xa1b23c4d}) {
      expect_both_frames(pcap(Link::raw, {kOne, kTwo}, little, magic), Link::raw);
    }
  }
}

TEST(pcap, has_its_link_in_16_bits) {
  Buffer file = pcap(Link::ethernet, {kOne, kTwo});
  file[23] = 0xf0;  // a frame check sequence of a length
  expect_both_frames(file, Link::ethernet);
}

TEST(pcap, that_is_cut_off_says_where) {
  const Buffer file = pcap(Link::raw, {kOne, kTwo});
  expect_truncations_noticed(file, 24);
  EXPECT_EQ(read(Bytes(file).first(44)).trouble, "octet 43: the record of frame 2 is cut off");
  EXPECT_THAT(read(Bytes(file).first(20)).trouble, HasSubstr("the pcap header is cut off"));
}

TEST(pcap, with_a_length_beyond_all_bounds_is_cut_off) {
  Buffer file = pcap(Link::raw, {kOne});
  for (std::size_t at = 32; at < 36; ++at) file[at] = 0xff;
  EXPECT_THAT(read(file).trouble, HasSubstr("the record of frame 1 is cut off"));
}

Buffer pcapng(bool little) {
  return base::concat({section_block(little), interface_block(little, Link::raw), block(little, 0x0bad, hex("00")),
                       enhanced_block(little, 0, kOne), enhanced_block(little, 0, kTwo)});
}

TEST(pcapng, is_read_in_both_orders) {
  for (const bool little : {true, false}) expect_both_frames(pcapng(little), Link::raw);
}

TEST(pcapng, holds_sections_interfaces_and_three_kinds_of_packets) {
  const Buffer file =
      base::concat({section_block(true), interface_block(true, Link::ethernet, 3),
                    interface_block(true, Link::linux_cooked), enhanced_block(true, 1, kOne),
                    simple_block(true, Bytes(kTwo).first(3), 5), obsolete_block(true, 1, kTwo), section_block(false),
                    interface_block(false, Link::raw), obsolete_block(false, 0, kOne), simple_block(false, kTwo, 5)});
  const Seen seen = read(file);
  EXPECT_EQ(seen.trouble, "");
  EXPECT_EQ(seen.frames, (std::vector{kOne, hex("040506"), kTwo, kOne, kTwo}));
  EXPECT_EQ(seen.links, (std::vector{Link::linux_cooked, Link::ethernet, Link::linux_cooked, Link::raw, Link::raw}));
  EXPECT_EQ(seen.numbers, (std::vector<std::size_t>{1, 2, 3, 4, 5}));
}

TEST(pcapng, that_is_cut_off_gives_whole_frames_only) {
  const Buffer file = pcapng(true);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Seen seen = read(Bytes(file).first(size));
    for (const Buffer& frame : seen.frames) EXPECT_TRUE(frame == kOne || frame == kTwo);
    EXPECT_EQ(seen.trouble.empty(), size == 28 || size == 48 || size == 64 || size == 100) << size;
  }
}

TEST(pcapng, says_where_its_blocks_lie) {
  const Buffer head = base::concat({section_block(true), interface_block(true, Link::raw)});
  const std::pair<Buffer, const char*> cases[] = {
      {block(true, 6, hex("00000000")), "octet 48: frame 1 is longer than its block"},
      {enhanced_block(true, 1, kOne), "octet 48: frame 1 is of an unknown interface"},
      {hex("06000000 0b000000 00000000"), "octet 48: the block is cut off"},
      {hex("06000000 ffffffff 00000000"), "octet 48: the block is cut off"},
      {hex("06000000 10000000 00000000 0f000000"), "octet 48: the two lengths of a block disagree"},
      {block(true, 1, hex("0100")), "octet 48: the interface's description is cut off"},
      {block(true, 0x0a0d0d0a, hex("00000000")), "octet 48: a section without its byte order"},
  };
  for (const auto& [bad, trouble] : cases) EXPECT_EQ(read(base::concat({head, bad})).trouble, trouble);
  EXPECT_EQ(read(base::concat({section_block(true), enhanced_block(true, 0, kOne)})).trouble,
            "octet 28: frame 1 is of an unknown interface");
}

TEST(pcapng, has_at_most_4096_interfaces_a_section) {
  Buffer file = section_block(true);
  for (int i = 0; i < 4096; ++i) file = base::concat({file, interface_block(true, Link::raw)});
  EXPECT_EQ(read(file).trouble, "");
  file = base::concat({file, interface_block(true, Link::raw)});
  EXPECT_THAT(read(file).trouble, HasSubstr("more interfaces"));
}

TEST(snoop, is_read_with_and_without_padding) {
  expect_both_frames(snoop(4, {kOne, kTwo}), Link::ethernet);
  expect_both_frames(snoop(4, {kOne, kTwo}, 3), Link::ethernet);
  expect_both_frames(snoop(9, {kOne, kTwo}), Link::unknown);
}

TEST(snoop, that_is_cut_off_or_lies_says_where) {
  const Buffer file = snoop(4, {kOne, kTwo});
  expect_truncations_noticed(file, 16);
  EXPECT_EQ(read(support::with_octet(file, 23, 4)).trouble, "octet 16: frame 1 is longer than its record");
  EXPECT_EQ(read(support::with_octet(file, 27, 23)).trouble, "octet 16: the record of frame 1 is cut off");
}

TEST(capture, of_another_format_is_refused) {
  for (const auto& file : {Buffer{}, hex("00"), hex("a1b2c3d5 00000000"), hex("736e6f6f70")}) {
    EXPECT_EQ(read(file).trouble, "octet 0: neither pcap, pcapng nor snoop");
  }
}

}  // namespace
}  // namespace latchkey::inspect
