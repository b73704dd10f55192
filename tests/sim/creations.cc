#include "tests/sim/creations.h"

#include <algorithm>

#include "ike-engine/wire/delete.h"

namespace latchkey::sim {

using base::ExchangeType;
using base::PayloadType;
using std::chrono::milliseconds;
using support::Payloads;

namespace {

support::Behaviour willing() {
  support::Behaviour behaviour;
  behaviour.creates = true;
  return behaviour;
}

}  // namespace

WorldConfig quiet() {
  WorldConfig config;
  config.engine.lifetime = config.engine.ike_lifetime = std::chrono::hours(1000);
  return config;
}

Creations::Creations(WorldConfig config) : world(ed25519_key(), willing(), std::move(config)) {}

void Creations::SetUp() {
  session = world.connect();
  ASSERT_TRUE(world.run_until_settled());
  ASSERT_NE(world.last<api::Established>(), nullptr);
}

std::vector<wire::RawPayload> Creations::answer(const std::vector<api::Datagram>& request) {
  support::ResponderSa& asked = sa();
  const std::size_t before = asked.responses.size();
  world.inject(request);
  world.run(milliseconds(50));
  EXPECT_EQ(asked.responses.size(), before + 1);
  return asked.responses.size() > before ? asked.responses.back().payloads() : std::vector<wire::RawPayload>{};
}

std::vector<wire::RawPayload> Creations::ask(support::Create what, const Edit& edit, bool pfs) {
  return answer(world.responder.send_create_child(what, pfs, edit));
}

std::vector<wire::RawPayload> Creations::delete_child(base::Spi spi) {
  const wire::Delete del{base::ProtocolId::esp, {spi}};
  return answer(
      world.responder.send_request(ExchangeType::informational, {support::payload(PayloadType::delete_, del)}));
}

void Creations::send_in(support::ResponderSa& old, ExchangeType exchange, const Payloads& payloads) {
  wire::Header header;
  header.spi_i = old.spi_i;
  header.spi_r = old.spi_r;
  header.exchange = exchange;
  header.initiator = old.initiator;
  header.message_id.value = old.next_request++;
  const auto chain = support::chain_of(payloads);
  std::vector<api::Datagram> datagrams;
  for (auto& octets : old.sealing.seal(header, chain.first(), chain.view())) {
    datagrams.push_back({old.path, std::move(octets)});
  }
  world.inject(datagrams);
  world.run(milliseconds(50));
}

void Creations::delete_ike(support::ResponderSa& old) {
  send_in(old, ExchangeType::informational,
          {support::payload(PayloadType::delete_, wire::Delete{base::ProtocolId::ike, {}})});
}

void Creations::wear_out() {
  const auto& child = world.kernel.installed().back().child;
  world.engine.expired({child.local, child.spi_in}, world.now);
  world.collect();
}

std::string Creations::compare() { return compare_children(world.kernel.installed().back().child, *sa().child); }

std::size_t Creations::requests(ExchangeType exchange) {
  return static_cast<std::size_t>(std::ranges::count_if(
      first_sa().requests, [&](const support::Plain& plain) { return plain.header.exchange == exchange; }));
}

support::Payload* find(Payloads& payloads, PayloadType type) {
  const auto it = std::ranges::find(payloads, type, &support::Payload::type);
  return it == payloads.end() ? nullptr : &*it;
}

Edit without(PayloadType type) {
  return [type](Payloads& payloads) { std::erase_if(payloads, [&](const auto& each) { return each.type == type; }); };
}

Edit with(PayloadType type, base::Buffer body) {
  return [type, body](Payloads& payloads) { find(payloads, type)->body = body; };
}

Edit only(base::NotifyType type, base::Buffer data) {
  return [type, data](Payloads& payloads) { payloads = {support::notify_payload(type, data)}; };
}

}  // namespace latchkey::sim
