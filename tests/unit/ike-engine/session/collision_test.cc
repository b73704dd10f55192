#include "ike-engine/session/collision.h"

#include <gtest/gtest.h>

namespace latchkey::session {
namespace {

using base::NotifyType;
using Expected = std::optional<NotifyType>;

constexpr base::Spi kChild{0x100};

struct NoTunnel final : api::KernelTunnel {
  base::ReqId reqid() const override { return {}; }
  base::Result<api::ChildCounters> counters() override { return api::ChildCounters{}; }
  base::Result<void> start_sending() override { return {}; }
  void keep_guard() override {}
};

void add_child(IkeSa& sa) {
  Child child;
  child.tunnel = std::make_unique<NoTunnel>();
  child.spi_in = child.spi_out = kChild;
  sa.children.push_back(std::move(child));
}

struct Case {
  std::string_view rule;
  std::optional<Wish> under_way;
  Asked asked;
  Expected answer;
};

// RFC 7296 sections 2.25.1 and 2.25.2 as a table; nothing: as usual.
TEST(collision, is_answered_by_the_tables_of_the_rfc) {
  const auto temporary = NotifyType::temporary_failure;
  const Case cases[] = {
      {"rekey a child that is being closed", Wish{Errand::delete_child, kChild}, Asked::rekey_child, temporary},
      {"rekey a child that is being rekeyed", Wish{Errand::rekey_child, kChild}, Asked::rekey_child, {}},
      {"rekey a child while another is closed", Wish{Errand::delete_child, {0x200}}, Asked::rekey_child, {}},
      {"rekey a child while the IKE SA is rekeyed", Wish{Errand::rekey_ike}, Asked::rekey_child, temporary},
      {"create a child while the IKE SA is rekeyed", Wish{Errand::rekey_ike}, Asked::new_child, temporary},
      {"create a child while another is rekeyed", Wish{Errand::rekey_child, kChild}, Asked::new_child, {}},
      {"rekey the IKE SA while a child is created", Wish{Errand::new_child}, Asked::rekey_ike, temporary},
      {"rekey the IKE SA while a child is rekeyed", Wish{Errand::rekey_child, kChild}, Asked::rekey_ike, temporary},
      {"rekey the IKE SA while a child is closed", Wish{Errand::delete_child, kChild}, Asked::rekey_ike, temporary},
      {"rekey the IKE SA that is being rekeyed", Wish{Errand::rekey_ike}, Asked::rekey_ike, {}},
      {"rekey the IKE SA while asking for life", Wish{Errand::liveness}, Asked::rekey_ike, {}},
      {"rekey a child while nothing is under way", std::nullopt, Asked::rekey_child, {}},
  };
  for (const Case& each : cases) {
    IkeSa sa;
    add_child(sa);
    if (each.under_way) sa.exchange = std::make_unique<OwnExchange>(OwnExchange{*each.under_way, nullptr});
    EXPECT_EQ(obstacle(sa, each.asked, &sa.children.front()), each.answer) << each.rule;
  }
}

TEST(collision, a_child_that_is_not_there_is_not_found) {
  const IkeSa sa;
  EXPECT_EQ(obstacle(sa, Asked::rekey_child, nullptr), Expected(NotifyType::child_sa_not_found));
  EXPECT_EQ(obstacle(sa, Asked::new_child, nullptr), Expected());
}

TEST(collision, a_child_that_waits_to_be_closed_counts_as_being_closed) {
  IkeSa sa;
  add_child(sa);
  sa.exchange = std::make_unique<OwnExchange>(OwnExchange{{Errand::liveness, {}}, nullptr});
  sa.wishes.push_back({Errand::delete_child, kChild});
  EXPECT_EQ(obstacle(sa, Asked::rekey_child, &sa.children.front()), Expected(NotifyType::temporary_failure));
}

TEST(collision, a_second_rival_has_to_wait) {
  IkeSa sa;
  add_child(sa);
  for (const auto& [wish, asked] : {std::pair{Wish{Errand::rekey_child, kChild}, Asked::rekey_child},
                                    std::pair{Wish{Errand::rekey_ike}, Asked::rekey_ike}}) {
    sa.exchange = std::make_unique<OwnExchange>(OwnExchange{wish, std::make_unique<Creation>()});
    EXPECT_EQ(obstacle(sa, asked, &sa.children.front()), Expected());
    sa.exchange->creation->rival = Rival{};
    EXPECT_EQ(obstacle(sa, asked, &sa.children.front()), Expected(NotifyType::temporary_failure));
  }
}

struct Nonces {
  base::Buffer one, other;
  bool first_is_lower;
};

TEST(nonces, are_compared_octet_by_octet) {
  const Nonces cases[] = {
      {{1, 2, 3}, {1, 2, 4}, true},    {{1, 2, 4}, {1, 2, 3}, false},
      {{0x7f, 0xff}, {0x80, 0}, true}, {{1, 2}, {1, 2, 0}, true},
      {{1, 2, 0}, {1, 2}, false},      {{2}, {1, 0xff, 0xff}, false},
      {{0, 0xff, 0xff}, {1, 0}, true}, {{9, 9, 9}, {9, 9, 9}, /*same*/ false},
  };
  for (const Nonces& each : cases) {
    EXPECT_EQ(is_redundant(each.one, each.other), each.first_is_lower)
        << base::to_hex(each.one) << " " << base::to_hex(each.other);
    const base::Bytes lowest = lower(each.one, each.other);
    EXPECT_TRUE(base::same(lowest, each.first_is_lower ? each.one : std::min(each.one, each.other)));
  }
}

}  // namespace
}  // namespace latchkey::session
