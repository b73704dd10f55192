#pragma once
// An engine whose tunnel to the test responder is up: for CREATE_CHILD_SA against an implementation that makes its own
// keys, and that can be told to say anything.

#include <gtest/gtest.h>

#include <functional>

#include "tests/sim/world.h"

namespace latchkey::sim {

/// Nothing is rekeyed by itself.
WorldConfig quiet();

/// A world whose tunnel is up; the responder does what CREATE_CHILD_SA asks for.
class Creations : public ::testing::Test {
 protected:
  explicit Creations(WorldConfig config = quiet());
  void SetUp() override;

  support::ResponderSa& sa() { return *world.responder.newest(); }
  support::ResponderSa& first_sa() { return *world.responder.sas().front(); }
  /// The engine's answer to a request of the responder's.
  std::vector<wire::RawPayload> answer(const std::vector<api::Datagram>& request);
  std::vector<wire::RawPayload> ask(support::Create what, const std::function<void(support::Payloads&)>& edit = {},
                                    bool pfs = false);
  std::vector<wire::RawPayload> delete_child(base::Spi spi);
  /// The same in an IKE SA that need not be the newest; the first payload's octets without its type.
  void send_in(support::ResponderSa& old, base::ExchangeType exchange, const support::Payloads& payloads);
  void delete_ike(support::ResponderSa& old);
  /// The engine's kernel says that the newest child should be replaced.
  void wear_out();
  /// "" or how the newest children of both sides differ.
  std::string compare();
  /// How many requests of the kind the responder got in the first IKE SA.
  std::size_t requests(base::ExchangeType exchange);
  bool has_tunnel() const { return world.count<api::Down>() == 0 && world.kernel.live() >= 1; }

  World world;
  api::SessionId session;
};

/// Last words on what the responder sends.
using Edit = std::function<void(support::Payloads&)>;
support::Payload* find(support::Payloads& payloads, base::PayloadType type);
Edit without(base::PayloadType type);
Edit with(base::PayloadType type, base::Buffer body);
Edit only(base::NotifyType type, base::Buffer data = {});

}  // namespace latchkey::sim
