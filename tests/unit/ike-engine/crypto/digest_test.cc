#include "ike-engine/crypto/digest.h"

#include <gtest/gtest.h>

#include "ike-engine/crypto/random.h"
#include "tests/support/octets.h"

namespace latchkey::crypto {
namespace {

// FIPS 180-2 appendices A.1 and B.1 and RFC 3174 section 7.3: "abc".
TEST(digest, gives_the_values_of_fips_180) {
  EXPECT_EQ(base::to_hex(sha1({base::as_bytes("abc")})), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(base::to_hex(sha256({base::as_bytes("abc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::to_hex(sha1({})), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(digest, joins_its_parts) {
  EXPECT_EQ(sha1({base::as_bytes("a"), {}, base::as_bytes("bc")}), sha1({base::as_bytes("abc")}));
  EXPECT_NE(sha256({base::as_bytes("a")}), sha256({base::as_bytes("b")}));
}

TEST(random, fills_all_octets_and_never_twice_alike) {
  base::Buffer first(64);
  base::Buffer second(64);
  random_fill(first);
  random_fill(second);
  random_fill({});
  EXPECT_NE(first, second);
  EXPECT_NE(base::Buffer(first.end() - 16, first.end()), base::Buffer(16));
}

}  // namespace
}  // namespace latchkey::crypto
