#include "tests/unit/xfrm/lab_cases.h"
#include "tests/unit/xfrm/lab_stream.h"

namespace latchkey::xfrm_lab {
namespace {

constexpr std::uint64_t kRounds = 50;

/// Both ends' SPIs of a child that is to replace another.
struct Offer {
  std::unique_ptr<api::ReservedSpi> client, server;
  api::ChildSa here, there;
};

Offer offer(const Shape& shape, const Host& client, const Host& server, const Ends& old) {
  Offer out{set_aside(shape, client, server), set_aside(shape, server, client), {}, {}};
  const base::Spi here = out.client->spi(), there = out.server->spi();
  out.here = child_of(shape, client, server, here, there);
  out.there = child_of(shape, server, client, there, here);
  out.here.reqid = old.client->reqid();
  out.there.reqid = old.server->reqid();
  return out;
}

std::uint64_t packets_out(const Tunnel& tunnel) { return tunnel->counters().value().packets_out; }

/// Whether traffic goes out by that child.
bool sends(const Tunnel& tunnel, Stream& stream) {
  stream.run(2);  // what was on its way
  const std::uint64_t before = packets_out(tunnel);
  stream.run(kRounds);
  return packets_out(tunnel) > before;
}

void claim_nothing_lost(Stream& stream, Tap& tap) {
  const Tally tally = stream.finish();
  claim(tally.sent > 4 * kRounds, "traffic has flowed");
  claim_equal("none of it was lost", tally.sent - tally.received, 0);
  claim_equal("none in the clear", tap.take().clear, 0);
}

/// Who answers is ready to receive first, and sends by the new child last (RFC 7296 section 2.8).
void replace_under_traffic(const Shape& shape, const Host& client, const Host& server) {
  Tap tap(client, server);
  Ends old = connect(shape, client, server), next;
  Stream stream(client, client.address(shape.family), server, server.address(shape.family));
  stream.run(kRounds);
  Offer rekey = offer(shape, client, server, old);
  rekey.there.sending = false;
  next.server = install(server, std::move(rekey.server), rekey.there);
  claim(sends(old.server, stream) && !sends(next.server, stream), "who answers goes on sending by the old child");
  next.client = install(client, std::move(rekey.client), rekey.here);
  claim(next.client->reqid() == old.client->reqid(), "the reqid stays");
  claim(sends(next.client, stream) && !sends(old.client, stream), "who asked sends by the new one at once");
  claim(next.server->start_sending().has_value(), "who answered is told to send " + server.kernel->last_error());
  claim(sends(next.server, stream) && !sends(old.server, stream), "and sends by the new one");
  old.server.reset();
  stream.run(kRounds);
  old.client.reset();
  claim(sends(next.client, stream) && sends(next.server, stream), "the old one is not missed");
  claim_nothing_lost(stream, tap);
}

/// A replacement that is given up, as the loser of two simultaneous ones is.
void give_a_replacement_up(const Shape& shape, const Host& client, const Host& server) {
  Tap tap(client, server);
  Ends old = connect(shape, client, server), next;
  Stream stream(client, client.address(shape.family), server, server.address(shape.family));
  Offer rekey = offer(shape, client, server, old);
  rekey.there.sending = false;
  next.server = install(server, std::move(rekey.server), rekey.there);
  next.client = install(client, std::move(rekey.client), rekey.here);
  stream.run(kRounds);
  next.client.reset();
  stream.run(kRounds);
  next.server.reset();
  claim(sends(old.client, stream) && sends(old.server, stream), "a replacement that goes leaves the old child at work");
  claim_nothing_lost(stream, tap);
}

/// What the order above is good for: a packet by an SA that the other end has not yet is lost.
void send_too_early(const Shape& shape, const Host& client, const Host& server) {
  Ends old = connect(shape, client, server), next;
  Stream stream(client, client.address(shape.family), server, server.address(shape.family));
  stream.run(kRounds);
  Offer rekey = offer(shape, client, server, old);
  next.server = install(server, std::move(rekey.server), rekey.there);
  stream.run(kRounds);
  next.client = install(client, std::move(rekey.client), rekey.here);
  const Tally tally = stream.finish();
  claim(tally.sent - tally.received >= kRounds, "who answers and sends at once loses what it sends");
}

std::vector<Shape> shapes() {
  std::vector<Shape> out;
  for (const auto mode : {api::Mode::tunnel, api::Mode::transport}) {
    for (const auto family : {base::Family::ipv4, base::Family::ipv6}) {
      for (const bool encapsulated : {true, false}) {
        out.push_back({fmt::format("replacement {} {} {}", mode == api::Mode::tunnel ? "tunnel" : "transport",
                                   encapsulated ? "udp" : "native", family == base::Family::ipv4 ? "ipv4" : "ipv6"),
                       family, mode, encapsulated});
      }
    }
  }
  return out;
}

}  // namespace

void run_replacements(const Host& client, const Host& server) {
  for (const Shape& shape : shapes()) {
    begin_case(shape.name);
    const KernelState before = client.state(), server_before = server.state();
    replace_under_traffic(shape, client, server);
    give_a_replacement_up(shape, client, server);
    claim(client.state() == before && server.state() == server_before, "nothing is left");
  }
  send_too_early(shapes().front(), client, server);
}

}  // namespace latchkey::xfrm_lab
