#include "ike-engine/policy/traffic_selectors.h"

#include <gtest/gtest.h>

#include <functional>

namespace latchkey::policy {
namespace {

using base::Address;
using wire::TrafficSelector;

const Address kHost = *Address::parse("192.0.2.1");

struct Case {
  std::string_view name;
  std::string_view why;
  std::function<void(TrafficSelector&)> change;
};

TEST(traffic_selectors, are_exactly_the_host) {
  EXPECT_TRUE(check_selectors(host_selectors(kHost), kHost));
  const Address v6 = *Address::parse("2001:db8::1");
  EXPECT_TRUE(check_selectors(host_selectors(v6), v6));
}

TEST(traffic_selectors, are_refused_when_anything_differs) {
  const Case cases[] = {
      {"wider below", "traffic selector is wider than one host",
       [](TrafficSelector& t) { t.start = *Address::parse("192.0.2.0"); }},
      {"wider above", "traffic selector is wider than one host",
       [](TrafficSelector& t) { t.end = *Address::parse("192.0.2.2"); }},
      {"everything", "traffic selector is wider than one host",
       [](TrafficSelector& t) {
         t.start = *Address::parse("0.0.0.0");
         t.end = *Address::parse("255.255.255.255");
       }},
      {"another host", "traffic selector is of another address",
       [](TrafficSelector& t) { t.start = t.end = *Address::parse("192.0.2.2"); }},
      {"the other family", "traffic selector is of another address",
       [](TrafficSelector& t) { t.start = t.end = *Address::parse("2001:db8::1"); }},
      {"TCP only", "traffic selector is narrowed to a protocol", [](TrafficSelector& t) { t.protocol = 6; }},
      {"not port 0", "traffic selector is narrowed to ports", [](TrafficSelector& t) { t.start_port = 1; }},
      {"one port", "traffic selector is narrowed to ports",
       [](TrafficSelector& t) { t.start_port = t.end_port = 443; }},
      {"OPAQUE", "traffic selector is narrowed to ports",
       [](TrafficSelector& t) {
         t.start_port = 65535;
         t.end_port = 0;
       }},
  };
  for (const Case& c : cases) {
    auto selectors = host_selectors(kHost);
    c.change(selectors.front());
    const auto checked = check_selectors(selectors, kHost);
    ASSERT_FALSE(checked) << c.name;
    EXPECT_EQ(checked.error().code, base::Errc::mismatch);
    EXPECT_EQ(checked.error().text, c.why) << c.name;
  }
}

TEST(traffic_selectors, are_one) {
  auto selectors = host_selectors(kHost);
  EXPECT_FALSE(check_selectors({}, kHost));
  selectors.push_back(selectors.front());
  EXPECT_FALSE(check_selectors(selectors, kHost));
}

}  // namespace
}  // namespace latchkey::policy
