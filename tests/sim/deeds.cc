// What may happen in a story.

#include <algorithm>
#include <array>

#include "tests/sim/addresses.h"
#include "tests/sim/cast.h"
#include "tests/sim/story.h"
#include "tests/sim/telling.h"
#include "tests/sim/traffic.h"

namespace latchkey::sim {

namespace {

using std::chrono::milliseconds;
using support::FakeKernel;

constexpr std::array<std::string_view, kOpenings> kForged = {
    "somebody answers an IKE_SA_INIT", "somebody alters the answer to an IKE_SA_INIT", "somebody copies an IKE_AUTH"};

}  // namespace

void Story::act(const Act& act) {
  note("-- {} {}", to_string(act.deed), act.who);
  ending_.happened.note(fmt::format("-- {}", to_string(act.deed)));
  switch (act.deed) {
    case Deed::connect: return connect(act.who);
    case Deed::close: return close(act.who);
    case Deed::turn_out: return turn_out(act.dice);
    case Deed::crash: return crash(act.who);
    case Deed::restart: return restart(act.who);
    case Deed::rebind: return rebind(act.who);
    case Deed::move: return move(act.who, act.dice);
    case Deed::serve_again: return serve_again(act.dice);
    case Deed::replay: return replay(act.dice);
    case Deed::forge: forgers_[act.who] = act.dice; return;
    case Deed::meddle: return meddle(act.dice);
    case Deed::flood: return flood(act.dice);
    case Deed::hijack: return town_.divert(act.who, town_.size() - 1);
    case Deed::free: return town_.divert(act.who, std::nullopt);
    case Deed::outage: town_.silent = true; return;
    case Deed::recovery: town_.silent = false; return;
    case Deed::wear_out: return wear_out(act.who, act.dice);
    case Deed::collide: return collide(act.who, act.dice);
    case Deed::talk: return talk(act.who, act.dice);
    case Deed::swap: return swap(act.who, act.dice);
    case Deed::fail: return fail(act.who, act.dice);
    case Deed::relent: return relent(act.who);
  }
}

void Story::connect(Number who) {
  Host& host = town_.at(who).host;
  const auto known = session_.find(who);
  if (!host.engine || (known != session_.end() && invariants_.is_up(who, known->second))) return;
  const base::TimePoint deadline = town_.now + kPatienceWithConnect;
  const auto session = host.engine->connect(request_of(plot_, who, host.address, deadline), town_.now);
  if (!session) return note("{} can't: {}", who, session.error().text);
  session_[who] = *session;
  invariants_.began(who, *session, deadline);
  after(who);
}

void Story::close(Number who) {
  Host& host = town_.at(who).host;
  const auto known = session_.find(who);
  if (!host.engine || known == session_.end()) return;
  host.engine->close(known->second, town_.now);
  after(who);
}

void Story::turn_out(std::uint64_t dice) {
  Host& host = town_.at(kServer).host;
  const auto sessions = invariants_.up(kServer);
  if (!host.engine || sessions.empty()) return;
  host.engine->close(sessions[dice % sessions.size()], town_.now);
  after(kServer);
}

void Story::crash(Number who) {
  if (town_.at(who).host.engine) ending_.happened.note(who == kServer ? "the server crashes" : "a client crashes");
  town_.at(who).host.engine.reset();
  session_.erase(who);
  invariants_.crashed(who);
}

void Story::serve_again(std::uint64_t dice) {
  if (!town_.at(kServer).host.engine) return;
  // As it was once more, or changed, in equal parts.
  reading_ = dice % 2 == 0 ? Reading::as_ever : static_cast<Reading>(dice / 2 % kReadings);
  serve();
}

void Story::restart(Number who) {
  Resident& resident = town_.at(who);
  if (!resident.host.engine) resident.start();
  if (who == kServer) serve();
}

void Story::rebind(Number who) {
  Resident& client = town_.at(who);
  if (client.nat) ending_.happened.note("a NAT gives a client other ports");
  if (client.nat) client.nat->port = static_cast<std::uint16_t>(client.nat->port + 2);
}

// Without a NAT it is the client itself that gets another address: what its engine has is lost then, and the host ends
// it.
void Story::move(Number who, std::uint64_t dice) {
  Resident& client = town_.at(who);
  ending_.happened.note(client.nat ? "a NAT has another address" : "a client has another address");
  if (client.nat) {
    client.nat->address = address_in(Net::nats, plot_.ipv6, 10 + dice % 100);
    return;
  }
  close(who);
  // Since a swap another client may live at one of these.
  const auto address_at = [&](std::uint64_t n) { return address_in(Net::clients, plot_.ipv6, 10 + 10 * who + n % 8); };
  const auto is_taken = [&](const base::Address& address) {
    for (Number other = 1; other <= plot_.clients.size(); ++other) {
      if (other != who && town_.at(other).host.address == address) return true;
    }
    return false;
  };
  while (is_taken(address_at(dice))) ++dice;
  client.host.address = address_at(dice);
}

// What they had there their engines end, but nobody hears of it.
void Story::swap(Number who, std::uint64_t dice) {
  const Number other = 1 + dice % plot_.clients.size();
  if (other == who || role(who).nat || role(other).nat) return;
  ending_.happened.note("two clients have each other's address");
  std::swap(town_.at(who).host.address, town_.at(other).host.address);
  for (const Number each : {who, other}) close(each);
  for (const Number each : {who, other}) connect(each);
}

void Story::replay(std::uint64_t dice) {
  if (town_.overheard.empty()) return;
  Parcel parcel = town_.overheard[dice % town_.overheard.size()];
  // Now and then from another place.
  if (dice_.chance(30)) parcel.from = {address_in(Net::strangers, plot_.ipv6, dice_.next()), 4500};
  note("somebody replays {}", describe(parcel));
  ending_.happened.note("somebody replays");
  town_.launch(parcel);
}

void Story::meddle(std::uint64_t dice) {
  if (town_.overheard.empty()) return;
  Parcel parcel = town_.overheard[dice % town_.overheard.size()];
  parcel.bytes = altered_message(parcel.bytes, dice_);
  note("somebody alters {}", describe(parcel));
  ending_.happened.note("somebody alters");
  town_.launch(parcel);
}

void Story::flood(std::uint64_t dice) {
  const auto request = std::ranges::find_if(
      town_.overheard, [](const Parcel& p) { return opening_of(p.bytes) == Opening::init_request; });
  if (request == town_.overheard.end()) return;
  Parcel parcel = *request;
  ending_.happened.note("strangers flood the server");
  const std::uint64_t count = 2 + dice % 12;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (dice_.chance(70)) parcel.from = {address_in(Net::strangers, plot_.ipv6, dice_.next()), 500};
    parcel.bytes = another_request(request->bytes, dice_);
    town_.launch(parcel);
  }
}

// One of both SAs: as the kernel names it, by where its packets go.
void Story::wear_out(Number who, const api::ChildSa& child, bool hard) {
  Host& host = town_.at(who).host;
  if (!host.engine) return;
  ending_.happened.note(hard ? "a kernel has ended a child" : "a kernel's child has carried enough");
  const bool inbound = dice_.chance(50);
  host.engine->expired({inbound ? child.local : child.remote, inbound ? child.spi_in : child.spi_out, hard}, town_.now);
  after(who);
}

void Story::wear_out(Number who, std::uint64_t dice) {
  const auto live = live_children(town_.at(who).host.kernel);
  if (!live.empty()) wear_out(who, live[dice % live.size()]->child, dice_.chance(15));
}

// The client is the first or the second.
void Story::collide(Number who, std::uint64_t dice) {
  const auto ours = live_children(town_.at(who).host.kernel);
  if (ours.empty()) return;
  const api::ChildSa child = FakeKernel::copy(ours[dice % ours.size()]->child);
  const auto theirs = live_children(town_.at(kServer).host.kernel);
  const auto mate = std::ranges::find(theirs, child.spi_out,
                                      [](const FakeKernel::Installed* tunnel) { return tunnel->child.spi_in; });
  if (mate == theirs.end()) return;
  const api::ChildSa other = FakeKernel::copy((*mate)->child);
  const bool client_first = dice_.chance(50);
  const auto first = [&] { client_first ? wear_out(who, child, false) : wear_out(kServer, other, false); };
  const auto second = [&] { client_first ? wear_out(kServer, other, false) : wear_out(who, child, false); };
  first();
  run_until(town_.now + milliseconds(dice_.below(300)));
  second();
}

void Story::carry(Number who, std::uint64_t packets) {
  if (const auto sent = send_packets(town_, who, packets)) invariants_.carried(who, sent->child, sent->arrived);
  for (Number each = 0; each < town_.size(); ++each) {
    tell_worn_out(town_.at(each), town_.now);
    after(each);
  }
}

// What the other end has to say goes to whoever asked last.
void Story::talk(Number who, std::uint64_t dice) {
  carry(who, 1 + dice % 60);
  if (dice_.chance(70)) carry(who == kServer ? 1 + dice % plot_.clients.size() : kServer, 1 + dice % 30);
}

void Story::fail(Number who, std::uint64_t dice) {
  FakeKernel& kernel = town_.at(who).host.kernel;
  kernel.refuse_spi = dice % 4 == 0;
  kernel.refuse_install = dice % 4 != 2;
  kernel.refuse_sending = dice / 4 % 2 == 0;
  kernel.refuse_counters = dice / 8 % 2 == 0;
}

void Story::relent(Number who) {
  FakeKernel& kernel = town_.at(who).host.kernel;
  kernel.refuse_spi = kernel.refuse_install = kernel.refuse_sending = kernel.refuse_counters = false;
}

Parcel Story::forgery_of(const Parcel& parcel, Opening opening) {
  Parcel forged = parcel;
  switch (opening) {
    case Opening::init_request:
      std::swap(forged.from, forged.to);
      forged.bytes = forged_notify(parcel.bytes, dice_);
      break;
    case Opening::init_response: forged.bytes = altered_answer(parcel.bytes, dice_); break;
    case Opening::auth_request: forged.from.address = address_in(Net::strangers, plot_.ipv6, dice_.next()); break;
  }
  return forged;
}

// Whoever hears the first messages can be faster than the server, or than the client; and say more than one thing.
void Story::forge(const Parcel& parcel) {
  const auto opening = opening_of(parcel.bytes);
  if (!opening) return;
  const base::Endpoint& whose = *opening == Opening::init_response ? parcel.to : parcel.from;
  for (auto it = forgers_.begin(); it != forgers_.end(); ++it) {
    const Resident& client = town_.at(it->first);
    if (Opening(it->second % kOpenings) != *opening || whose.address != client.seen_at()) continue;
    const std::uint64_t count = 1 + it->second / kOpenings % 6;
    for (std::uint64_t i = 0; i < count; ++i) {
      const Parcel forged = forgery_of(parcel, *opening);
      note("somebody forges {}", describe(forged));
      ending_.happened.note(kForged[static_cast<std::size_t>(*opening)]);
      town_.launch_safely(forged, dice_.chance(50) ? base::Duration(1) : milliseconds(dice_.below(200)));
    }
    forgers_.erase(it);
    return;
  }
}

}  // namespace latchkey::sim
