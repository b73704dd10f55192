// The design's table, row by row.
#include "unbound-module/verdict.h"

#include <gtest/gtest.h>

namespace latchkey::unbound {
namespace {

struct Row {
  const char* name;
  Statuses statuses;
  Action action;
};

constexpr auto kSecure = Security::secure;
constexpr auto kInsecure = Security::insecure;
constexpr auto kBogus = Security::bogus;
constexpr auto kIgnore = Unsigned::ignore;
constexpr auto kTry = Unsigned::opportunistic;
constexpr auto kRequire = Unsigned::require;

const Row kRows[] = {
    // IPSECKEY secure: negotiate, whatever the address is, as long as it is not bogus
    {"secure key, secure address", {kSecure, kSecure, KeyStatus::secure, kTry, false}, Action::negotiate},
    {"secure key, insecure address", {kInsecure, kSecure, KeyStatus::secure, kTry, false}, Action::negotiate},
    {"secure key, insecure alias", {kSecure, kInsecure, KeyStatus::secure, kIgnore, false}, Action::negotiate},
    {"secure key, seen private", {kSecure, kSecure, KeyStatus::secure, kIgnore, true}, Action::negotiate},
    // IPSECKEY insecure: by configuration
    {"unsigned key, ignore", {kInsecure, kSecure, KeyStatus::insecure, kIgnore, false}, Action::release},
    {"unsigned key, opportunistic", {kInsecure, kSecure, KeyStatus::insecure, kTry, false}, Action::attempt},
    {"unsigned key, require", {kInsecure, kSecure, KeyStatus::insecure, kRequire, false}, Action::negotiate},
    {"unsigned key, secure address", {kSecure, kSecure, KeyStatus::insecure, kTry, false}, Action::attempt},
    // bogus anywhere wins
    {"bogus address", {kBogus, kSecure, KeyStatus::secure, kTry, false}, Action::refuse_bogus},
    {"bogus alias", {kSecure, kBogus, KeyStatus::secure, kTry, false}, Action::refuse_bogus},
    {"bogus key", {kSecure, kSecure, KeyStatus::bogus, kIgnore, false}, Action::refuse_bogus},
    {"bogus address, no key", {kBogus, kSecure, KeyStatus::absent_secure, kTry, false}, Action::refuse_bogus},
    {"bogus key, insecure address", {kInsecure, kInsecure, KeyStatus::bogus, kIgnore, true}, Action::refuse_bogus},
    // proven absent, or absent in an insecure zone
    {"proven absent", {kSecure, kSecure, KeyStatus::absent_secure, kRequire, false}, Action::release},
    {"proven absent ends the memory", {kSecure, kSecure, KeyStatus::absent_secure, kTry, true}, Action::release},
    {"absent, unsigned zone", {kInsecure, kSecure, KeyStatus::absent_insecure, kRequire, false}, Action::release},
    {"absent behind an unsigned alias", {kSecure, kInsecure, KeyStatus::absent_insecure, kTry, false}, Action::release},
    {"absent without proof, secure address",
     {kSecure, kSecure, KeyStatus::absent_insecure, kTry, false},
     Action::refuse_lookup},
    // lookup failed or set unusable, with a secure address
    {"lookup failed, secure address", {kSecure, kSecure, KeyStatus::failed, kIgnore, false}, Action::refuse_lookup},
    {"unusable, secure address", {kSecure, kSecure, KeyStatus::unusable, kIgnore, false}, Action::refuse_unusable},
    // the same with an insecure address: as `unsigned` says
    {"lookup failed, ignore", {kInsecure, kSecure, KeyStatus::failed, kIgnore, false}, Action::release},
    {"lookup failed, opportunistic", {kInsecure, kSecure, KeyStatus::failed, kTry, false}, Action::release},
    {"lookup failed, require", {kInsecure, kSecure, KeyStatus::failed, kRequire, false}, Action::refuse_lookup},
    {"lookup failed, insecure alias", {kSecure, kInsecure, KeyStatus::failed, kTry, false}, Action::release},
    {"unusable, opportunistic", {kInsecure, kSecure, KeyStatus::unusable, kTry, false}, Action::release},
    {"unusable, require", {kInsecure, kSecure, KeyStatus::unusable, kRequire, false}, Action::refuse_unusable},
    // seen private, now no secure key and no secure denial
    {"seen private, now unsigned", {kInsecure, kSecure, KeyStatus::insecure, kIgnore, true}, Action::refuse_memory},
    {"seen private, now absent", {kInsecure, kSecure, KeyStatus::absent_insecure, kTry, true}, Action::refuse_memory},
    {"seen private, now failing", {kInsecure, kSecure, KeyStatus::failed, kTry, true}, Action::refuse_memory},
    {"seen private, now unusable", {kInsecure, kSecure, KeyStatus::unusable, kTry, true}, Action::refuse_memory},
};

TEST(verdict, follows_the_table_row_by_row) {
  for (const Row& row : kRows) EXPECT_EQ(to_string(decide(row.statuses)), to_string(row.action)) << row.name;
}

TEST(verdict, never_releases_what_is_bogus_whatever_else_holds) {
  for (const auto word : {kIgnore, kTry, kRequire})
    for (int key = 0; key <= static_cast<int>(KeyStatus::unusable); ++key)
      for (const bool seen : {false, true})
        EXPECT_EQ(decide({kBogus, kSecure, static_cast<KeyStatus>(key), word, seen}), Action::refuse_bogus);
}

TEST(verdict, never_releases_a_secure_address_without_a_key_unless_its_absence_is_proven) {
  for (const auto key : {KeyStatus::absent_insecure, KeyStatus::failed, KeyStatus::unusable})
    for (const auto word : {kIgnore, kTry, kRequire})
      EXPECT_NE(decide({kSecure, kSecure, key, word, false}), Action::release);
}

TEST(verdict, in_a_group_is_what_the_group_says) {
  using host::GroupKind;
  struct Case {
    KeyStatus key;
    Unsigned word;
    Action private_or_clear, private_only;
  };
  const Case cases[] = {
      {KeyStatus::secure, kRequire, Action::attempt, Action::negotiate},
      {KeyStatus::insecure, kRequire, Action::attempt, Action::negotiate},
      {KeyStatus::insecure, kTry, Action::attempt, Action::negotiate},
      {KeyStatus::insecure, kIgnore, Action::release, Action::refuse_no_key},
      {KeyStatus::secure, kIgnore, Action::attempt, Action::negotiate},
      {KeyStatus::absent_secure, kRequire, Action::release, Action::refuse_no_key},
      {KeyStatus::absent_insecure, kRequire, Action::release, Action::refuse_no_key},
      {KeyStatus::failed, kRequire, Action::release, Action::refuse_lookup},
      {KeyStatus::unusable, kRequire, Action::release, Action::refuse_unusable},
      {KeyStatus::bogus, kRequire, Action::refuse_bogus, Action::refuse_bogus},
  };
  for (const Case& row : cases) {
    for (const auto address : {kSecure, kInsecure}) {
      const Statuses statuses{address, kSecure, row.key, row.word, true};
      EXPECT_EQ(decide_in_group(GroupKind::private_or_clear, statuses), row.private_or_clear) << to_string(row.key);
      EXPECT_EQ(decide_in_group(GroupKind::private_only, statuses), row.private_only) << to_string(row.key);
      EXPECT_EQ(decide_in_group(GroupKind::block, statuses), Action::refuse_group);
    }
  }
  for (const auto kind : {GroupKind::clear, GroupKind::clear_or_private}) {
    EXPECT_EQ(decide_in_group(kind, {kSecure, kSecure, KeyStatus::failed, kRequire, true}), Action::release);
    EXPECT_EQ(decide_in_group(kind, {kBogus, kSecure, KeyStatus::failed, kRequire, true}), Action::refuse_bogus);
    EXPECT_FALSE(asks_for_key(kind));
  }
}

TEST(verdict, calls_a_name_verified_only_if_every_link_is_secure) {
  EXPECT_TRUE(verified({kSecure, kSecure, KeyStatus::secure, kTry, false}));
  EXPECT_FALSE(verified({kInsecure, kSecure, KeyStatus::secure, kTry, false}));
  EXPECT_FALSE(verified({kSecure, kInsecure, KeyStatus::secure, kTry, false}));
  EXPECT_FALSE(verified({kSecure, kSecure, KeyStatus::insecure, kTry, false}));
}

}  // namespace
}  // namespace latchkey::unbound
