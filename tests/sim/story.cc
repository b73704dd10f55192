#include "tests/sim/story.h"

#include <algorithm>

#include "tests/sim/addresses.h"
#include "tests/sim/cast.h"
#include "tests/sim/telling.h"
#include "tests/sim/traffic.h"

namespace latchkey::sim {

namespace {

using std::chrono::seconds;

// A peer that is busy is asked again after fifteen seconds.
constexpr base::Duration kPatienceWithRenewal = seconds(60);
// What lingers, waits for a late answer or stands by ends within a minute (session/).
constexpr base::Duration kAftermath = seconds(120);
// A story takes some thousands.
constexpr std::size_t kMaxSteps = 200000;
constexpr std::uint16_t kFirstNatPort = 40000;

base::Endpoint nat_of(const Plot& plot, Number who) {
  return {address_in(Net::nats, plot.ipv6, 9), static_cast<std::uint16_t>(kFirstNatPort + 1000 * who)};
}

}  // namespace

Story::Story(Plot plot)
    : plot_(std::move(plot)),
      town_(plot_.seed, *this),
      invariants_(plot_, town_),
      wire_(ending_.happened, plot_.patience() + kAftermath),
      dice_(plot_.seed ^ 0xf0) {
  ending_.text = to_string(plot_);
  town_.weather = plot_.weather;
  const std::string server_address = address_in(Net::server, plot_.ipv6, 7).to_string();
  town_.add(plot_.seed, plot_.server, server_address);
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    const Role& role = this->role(who);
    const Net net = role.nat ? Net::behind_nat : Net::clients;
    Resident& client = town_.add(plot_.seed, role.config, address_in(net, plot_.ipv6, who).to_string());
    if (role.nat) client.nat = nat_of(plot_, who);
  }
  // Who poses as the server.
  Resident& impostor = town_.add(plot_.seed, plot_.server, server_address);
  (void)impostor.host.engine->serve(false_server_of(plot_)).value();
  serve();
}

void Story::serve() {
  const api::ResponderConfig config = server_of(plot_, reading_);
  (void)town_.at(kServer).host.engine->serve(config).value();
  invariants_.serves(config);
}

void Story::sent(const Resident& from, const Parcel& parcel) {
  note("{} sends {}", from.number, describe(parcel));
  if (auto broken = wire_.sent(parcel.bytes, town_.now); !broken.empty()) invariants_.fail(std::move(broken));
  forge(parcel);
}

void Story::arrives(const Resident& to, const Parcel& parcel) {
  note("{} gets {}", to.number, describe(parcel));
  if (parcel.from.address == town_.at(kServer).host.address) invariants_.reached(parcel.to.address);
}

void Story::weathers(std::string_view what) { ending_.happened.note(what); }

// Where a tunnel has come up, and with what.
void Story::note_tunnel(const Resident& client, const api::Established& event) {
  if (client.nat) ending_.happened.note("a tunnel from behind a NAT");
  if (plot_.ipv6) ending_.happened.note("a tunnel over IPv6");
  if (event.inner_local) ending_.happened.note("a tunnel with a leased address");
  if (event.mode == api::Mode::transport) ending_.happened.note("a tunnel in transport mode");
  if (!event.encapsulated) ending_.happened.note("a tunnel without UDP");
}

void Story::says(const Resident& who, const api::Event& event) {
  note("{} says {}", who.number, describe(event));
  if (who.number <= plot_.clients.size()) ending_.happened.note(kind_of(event));
  const auto* up = std::get_if<api::Established>(&event);
  if (up != nullptr && up->initiator) note_tunnel(who, *up);
  invariants_.says(who.number, event);
  if (up != nullptr && !up->initiator && invariants_.is_full(up->path.remote.address)) {
    ending_.happened.note("an address has all its sessions");
  }
}

void Story::stepped(const Resident& who, bool expired) {
  watch_kernel(who.number);
  invariants_.stepped(who.number, expired);
}

void Story::watch_kernel(Number who) {
  const auto& refused = town_.at(who).host.kernel.refused;
  for (std::size_t& known = refused_[who]; known < refused.size(); ++known) ending_.happened.note(refused[known]);
}

void Story::run_until(base::TimePoint until) {
  while (invariants_.broken().empty() && town_.step(until)) {
    if (++steps_ > kMaxSteps) invariants_.fail("timers: it never comes to rest");
  }
}

// After a call of an engine.
void Story::after(Number who) {
  town_.collect(town_.at(who));
  watch_kernel(who);
  invariants_.stepped(who, false);
}

void Story::calm_down() {
  note("-- calm");
  forgers_.clear();
  reading_ = Reading::as_ever;
  if (town_.at(kServer).host.engine) serve();
  town_.silent = false;
  town_.weather = {};
  for (Number who = 0; who < town_.size(); ++who) relent(who);
  for (Number who = 0; who < town_.size(); ++who) {
    if (who > 0) town_.divert(who, std::nullopt);
    if (!town_.at(who).host.engine) restart(who);
  }
  run_until(town_.now + plot_.patience() + kAftermath);
  invariants_.check_agreement();
}

// Who is heard is not idle before the scene is over.
void Story::be_heard() {
  for (Number who = 1; who <= plot_.clients.size(); ++who) talk(who, 0);
}

// With nobody in the way, whoever wants a tunnel gets it: nothing that is over takes up room.
void Story::reconnect() {
  note("-- everybody who has no tunnel wants one");
  be_heard();
  // Any of its sessions will do: one that an earlier wish has brought is rekeyed and lives on.
  const auto no_lease_is_left = [&] { return town_.at(kServer).host.engine->leases() >= plot_.pool; };
  const auto has_tunnel = [&](Number who) { return !invariants_.up(who).empty(); };
  const auto is_crowded_out = [&](Number who) { return invariants_.is_full(town_.at(who).seen_at()); };
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    if (!has_tunnel(who)) connect(who);
  }
  run_until(town_.now + kPatienceWithConnect + seconds(1));
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    const bool turned_away = (role(who).lease && no_lease_is_left()) || is_crowded_out(who);
    const bool may = plot_.lets_in(role(who));
    if (has_tunnel(who) && !may) invariants_.fail(fmt::format("convergence: client {} got in", who));
    if (!has_tunnel(who) && may && !turned_away) {
      invariants_.fail(fmt::format("convergence: client {} can't connect", who));
    }
  }
  invariants_.check_agreement();
}

// Whatever has happened: what is up can be rekeyed, and a client that has been moved by its NAT is found.
void Story::renew() {
  note("-- everybody's children have carried enough");
  be_heard();
  std::vector<std::pair<Number, base::Spi>> worn_out;
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    rebind(who);
    for (const auto* tunnel : live_children(town_.at(who).host.kernel)) {
      worn_out.emplace_back(who, tunnel->child.spi_in);
      wear_out(who, support::FakeKernel::copy(tunnel->child), false);
    }
  }
  run_until(town_.now + kPatienceWithRenewal);
  for (const auto& [who, spi] : worn_out) {
    for (const auto* tunnel : live_children(town_.at(who).host.kernel)) {
      if (tunnel->child.spi_in == spi) invariants_.fail("renewal: a child that has carried enough goes on");
    }
  }
  for (Number who = 1; who <= plot_.clients.size(); ++who) check_path(who);
}

void Story::check_path(Number who) {
  const Resident& client = town_.at(who);
  if (!client.nat) return;
  const auto found = live_children(town_.at(kServer).host.kernel);
  const auto is_theirs = [&](const auto* tunnel) { return owner_of(tunnel->child.spi_out) == who; };
  if (!invariants_.up(who).empty() && std::ranges::none_of(found, is_theirs)) {
    return invariants_.fail("path: the server has lost a client that its NAT has moved");
  }
  for (const auto* tunnel : live_children(town_.at(kServer).host.kernel)) {
    const api::ChildSa& child = tunnel->child;
    if (owner_of(child.spi_out) != who) continue;
    const base::Endpoint there{child.remote, child.remote_port};
    const base::Endpoint seen{client.nat->address, static_cast<std::uint16_t>(client.nat->port + 1)};
    if (there != seen) invariants_.fail("path: packets go where the client was before its NAT moved it");
  }
}

void Story::part() {
  note("-- everybody closes");
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    // One may have several, of acts that came fast one after the other.
    for (const api::SessionId session : invariants_.up(who)) town_.at(who).host.engine->close(session, town_.now);
    after(who);
  }
  run_until(town_.now + plot_.patience() + kAftermath);
  for (Number who = 0; who <= plot_.clients.size(); ++who) invariants_.check_nothing_left(who);
}

Ending Story::play() {
  const base::TimePoint start = town_.now;
  for (const Act& next : plot_.acts) {
    run_until(std::max(town_.now, start + next.at));
    if (!invariants_.broken().empty()) break;
    act(next);
  }
  run_until(std::max(town_.now, start + plot_.length));
  for (const auto scene : {&Story::calm_down, &Story::reconnect, &Story::renew, &Story::part}) {
    if (invariants_.broken().empty()) (this->*scene)();
  }
  ending_.broken = invariants_.broken();
  if (!ending_.broken.empty()) note("BROKEN {}", ending_.broken);
  return std::move(ending_);
}

Ending tell(std::uint64_t seed) { return Story(plot_of(seed)).play(); }

}  // namespace latchkey::sim
