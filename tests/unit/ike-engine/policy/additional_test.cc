#include "ike-engine/policy/additional.h"

#include <gtest/gtest.h>

#include "ike-engine/policy/choice.h"
#include "ike-engine/policy/proposals.h"
#include "ike-engine/policy/suites.h"

namespace latchkey::policy {
namespace {

using base::KeMethod;
using base::TransformType;
using wire::Sa;
using wire::Transform;

// Numbers of IANA's private use, so that none of them is a method that we have.
constexpr KeMethod kOne{1024}, kTwo{1025}, kThree{65535};

Transform add(unsigned place, KeMethod method) {
  return {TransformType(5 + place), static_cast<std::uint16_t>(method), std::nullopt, false};
}
const Transform kNo1 = add(1, KeMethod::none), kNo2 = add(2, KeMethod::none);

Sa plain_offer() { return offer_ike(default_ike_suites()); }

std::vector<Transform> additional_of(const wire::Proposal& proposal) {
  std::vector<Transform> found;
  for (const Transform& one : proposal.transforms) {
    if (is_additional_exchange(one.type)) found.push_back(one);
  }
  return found;
}

/// The first proposal of a plain offer, with these behind it.
Sa with(const std::vector<Transform>& transforms) {
  Sa sa{{plain_offer().proposals.front()}};
  auto& all = sa.proposals.front().transforms;
  all.insert(all.end(), transforms.begin(), transforms.end());
  return sa;
}

TEST(with_additional, changes_nothing_where_none_is_wanted) {
  EXPECT_EQ(with_additional(plain_offer(), {}), plain_offer());
  EXPECT_EQ(with_additional(plain_offer(), {.required = true}), plain_offer());
}

TEST(with_additional, offers_each_under_its_own_type_and_the_proposals_without_them_behind) {
  const Sa plain = plain_offer();
  const Sa offer = with_additional(plain, {{kOne, kTwo}});
  const std::size_t count = plain.proposals.size();
  ASSERT_EQ(offer.proposals.size(), 2 * count);
  for (std::size_t i = 0; i < offer.proposals.size(); ++i) {
    EXPECT_EQ(offer.proposals[i].number, i + 1);
    const auto expected = i < count ? std::vector{add(1, kOne), kNo1, add(2, kTwo), kNo2} : std::vector<Transform>{};
    EXPECT_EQ(additional_of(offer.proposals[i]), expected) << i;
  }
  EXPECT_EQ(offer.proposals[count].transforms, plain.proposals[0].transforms);
}

TEST(with_additional, offers_nothing_else_where_they_are_required) {
  const Sa offer = with_additional(plain_offer(), {{kOne}, true});
  ASSERT_EQ(offer.proposals.size(), plain_offer().proposals.size());
  for (const auto& proposal : offer.proposals) EXPECT_EQ(additional_of(proposal), std::vector{add(1, kOne)});
}

TEST(with_additional, has_room_for_seven) {
  const Additional eight{
      {KeMethod{1}, KeMethod{2}, KeMethod{3}, KeMethod{4}, KeMethod{5}, KeMethod{6}, KeMethod{7}, KeMethod{8}}, true};
  const auto transforms = additional_of(with_additional(plain_offer(), eight).proposals.front());
  ASSERT_EQ(transforms.size(), 7u);
  EXPECT_EQ(transforms.back(), (Transform{TransformType::addke7, 7, std::nullopt, false}));
}

TEST(choose_ike, chooses_additional_key_exchanges_that_are_wanted) {
  struct Case {
    std::string_view name;
    std::vector<Transform> offered;
    Additional wanted;
    std::optional<std::vector<Transform>> answer;  ///< nothing: refused
  };
  const Case cases[] = {
      {"one", {add(1, kOne)}, {{kOne}}, {{add(1, kOne)}}},
      {"the greatest number", {add(1, kThree)}, {{kThree}}, {{add(1, kThree)}}},
      {"before its NONE", {kNo1, add(1, kOne)}, {{kOne}}, {{add(1, kOne)}}},
      {"our order among several of a type", {add(1, kOne), add(1, kTwo)}, {{kTwo, kOne}}, {{add(1, kTwo)}}},
      {"each once", {add(1, kOne), add(2, kOne), add(2, kTwo)}, {{kOne, kTwo}}, {{add(1, kOne), add(2, kTwo)}}},
      {"never twice", {add(1, kOne), add(2, kOne)}, {{kOne, kTwo}}, {}},
      {"under any type", {kNo1, add(7, kOne)}, {{kOne}}, {{kNo1, add(7, kOne)}}},
      {"another one declined", {add(1, kOne), kNo1}, {{kTwo}}, {{kNo1}}},
      {"another one not to be declined", {add(1, kOne)}, {{kTwo}}, {}},
      {"none wanted", {add(1, kOne)}, {}, {}},
      {"none offered", {}, {{kOne}}, {std::vector<Transform>{}}},
      {"none offered and one required", {}, {{kOne}, true}, {}},
      {"one of two required", {add(1, kOne), kNo1, kNo2}, {{kOne, kTwo}, true}, {}},
      {"both required", {add(1, kOne), kNo1, add(2, kTwo), kNo2}, {{kTwo, kOne}, true}, {{add(1, kOne), add(2, kTwo)}}},
  };
  for (const Case& c : cases) {
    const auto chosen = choose_ike(with(c.offered), answered_ike_suites(), {}, std::nullopt, c.wanted);
    ASSERT_EQ(chosen.has_value(), c.answer.has_value()) << c.name;
    if (!chosen) continue;
    EXPECT_EQ(additional_of(chosen->answer.proposals.front()), *c.answer) << c.name;
  }
}

TEST(accept_ike, holds_additional_key_exchanges_against_the_offer) {
  struct Case {
    std::string_view name;
    std::vector<Transform> answered;
    bool optional_good, required_good;
    std::vector<KeMethod> exchanges;
  };
  const Case cases[] = {
      {"both", {add(1, kOne), add(2, kTwo)}, true, true, {kOne, kTwo}},
      {"in any order", {add(2, kTwo), add(1, kOne)}, true, true, {kOne, kTwo}},
      {"one declined", {kNo1, add(2, kTwo)}, true, false, {kTwo}},
      {"one left out", {add(1, kOne)}, true, false, {kOne}},
      {"none", {}, true, false, {}},
      {"exchanged", {add(1, kTwo), add(2, kOne)}, false, false, {kTwo, kOne}},
      {"a third", {add(1, kOne), add(2, kTwo), add(3, kThree)}, false, false, {kOne, kTwo, kThree}},
      {"two of a type", {add(1, kOne), kNo1, add(2, kTwo)}, false, false, {kOne, kTwo}},
  };
  const Sa optional = with_additional(plain_offer(), {{kOne, kTwo}});
  const Sa required = with_additional(plain_offer(), {{kOne, kTwo}, true});
  for (const Case& c : cases) {
    Sa answer = with(c.answered);
    auto& transforms = answer.proposals.front().transforms;
    std::erase_if(transforms, [](const Transform& one) {  // one of each type is an answer
      return (one.type == TransformType::prf && one.id != 5) || (one.type == TransformType::ke && one.id != 31);
    });
    EXPECT_EQ(accept_ike(optional, answer).has_value(), c.optional_good) << c.name;
    EXPECT_EQ(accept_ike(required, answer).has_value(), c.required_good) << c.name;
    EXPECT_FALSE(!c.answered.empty() && accept_ike(plain_offer(), answer)) << c.name;
    EXPECT_EQ(additional_exchanges(answer), c.exchanges) << c.name;
  }
}

TEST(additional_exchanges, are_agreed_on_between_an_offer_and_a_choice_of_the_same) {
  const Additional client{{kOne, kTwo, kThree}}, server{{kThree, kOne}};
  const auto chosen =
      choose_ike(with_additional(plain_offer(), client), answered_ike_suites(), {}, KeMethod::x25519, server);
  ASSERT_TRUE(chosen);
  EXPECT_TRUE(accept_ike(with_additional(plain_offer(), client), chosen->answer));
  EXPECT_EQ(additional_exchanges(chosen->answer), (std::vector{kOne, kThree}));
  const auto old = choose_ike(with_additional(plain_offer(), client), answered_ike_suites(), {}, KeMethod::x25519);
  ASSERT_TRUE(old);
  EXPECT_TRUE(additional_exchanges(old->answer).empty());
}

}  // namespace
}  // namespace latchkey::policy
