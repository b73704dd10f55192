#include "tests/sim/story.h"

#include <algorithm>

#include "tests/sim/cast.h"

namespace latchkey::sim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Number kServer = 0;
constexpr base::Duration kPatienceWithConnect = seconds(25);
// What lingers, waits for a late answer or stands by ends within a minute (session/).
constexpr base::Duration kAftermath = seconds(120);
// A story takes some thousands.
constexpr std::size_t kMaxSteps = 200000;
constexpr std::uint16_t kFirstNatPort = 40000;

base::Endpoint nat_of(Number who) {
  return {*base::Address::parse("203.0.113.9"), static_cast<std::uint16_t>(kFirstNatPort + 1000 * who)};
}

base::Address numbered(std::string_view network, std::uint64_t last) {
  return *base::Address::parse(fmt::format("{}.{}", network, 1 + last % 250));
}

std::string_view name_of(base::ExchangeType exchange) {
  switch (exchange) {
    case base::ExchangeType::ike_sa_init: return "IKE_SA_INIT";
    case base::ExchangeType::ike_auth: return "IKE_AUTH";
    case base::ExchangeType::create_child_sa: return "CREATE_CHILD_SA";
    case base::ExchangeType::informational: return "INFORMATIONAL";
    default: return "?";
  }
}

std::string describe(const Parcel& parcel) {
  std::string text = fmt::format("{} -> {}: ", parcel.from.to_string(), parcel.to.to_string());
  const auto header = wire::read_header(parcel.bytes);
  if (!header) return text + fmt::format("{} octets that are no IKE", parcel.bytes.size());
  return text + fmt::format("{} {} {}, {:08x}/{:08x}{}, {} octets", name_of(header->exchange),
                            header->response ? "response" : "request", header->message_id.value,
                            header->spi_i.value >> 32, header->spi_r.value >> 32,
                            header->next_payload == base::PayloadType::skf ? ", fragment" : "", parcel.bytes.size());
}

struct Describe {
  std::string operator()(const api::Established& e) const {
    return fmt::format("established session={} peer={} spi_in={:08x} spi_out={:08x} from={}", e.session.value, e.peer,
                       e.spi_in.value, e.spi_out.value, e.path.remote.to_string());
  }
  std::string operator()(const api::Rekeyed& e) const {
    return fmt::format("rekeyed session={} old={:08x} spi_in={:08x} spi_out={:08x}", e.session.value,
                       e.old_spi_in.value, e.spi_in.value, e.spi_out.value);
  }
  std::string operator()(const api::Failed& e) const {
    return fmt::format("failed session={} reason={} notify={} {}", e.session.value, to_string(e.reason), e.notify,
                       e.detail);
  }
  std::string operator()(const api::Down& e) const {
    return fmt::format("down session={} reason={}", e.session.value, to_string(e.reason));
  }
  std::string operator()(const api::Progress& e) const {
    return fmt::format("{} session={} {}", e.step, e.session.value, e.detail);
  }
};

}  // namespace

Story::Story(Plot plot)
    : plot_(std::move(plot)), town_(plot_.seed, *this), invariants_(plot_, town_), dice_(plot_.seed ^ 0xf0) {
  ending_.text = to_string(plot_);
  town_.weather = plot_.weather;
  town_.add(plot_.seed, plot_.server, kServerAddress);
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    const Role& role = this->role(who);
    const std::string address = fmt::format("{}.{}", role.nat ? "192.168.1" : "192.0.2", who);
    Resident& client = town_.add(plot_.seed, role.config, address);
    if (role.nat) client.nat = nat_of(who);
  }
  // Who poses as the server.
  Resident& impostor = town_.add(plot_.seed, plot_.server, kServerAddress);
  (void)impostor.host.engine->serve(false_server_of(plot_)).value();
  (void)town_.at(kServer).host.engine->serve(server_of(plot_)).value();
}

template <class... Parts>
void Story::note(fmt::format_string<Parts...> format, Parts&&... parts) {
  const auto since = town_.now - base::TimePoint(std::chrono::hours(1));
  fmt::format_to(std::back_inserter(ending_.text), "{:9.3f} ", static_cast<double>(since.count()) / 1e6);
  fmt::format_to(std::back_inserter(ending_.text), format, std::forward<Parts>(parts)...);
  ending_.text += '\n';
}

void Story::sent(const Resident& from, const Parcel& parcel) {
  note("{} sends {}", from.number, describe(parcel));
  if (auto broken = wire_.sent(parcel.bytes); !broken.empty()) invariants_.fail(std::move(broken));
  forge(parcel);
}

void Story::arrives(const Resident& to, const Parcel& parcel) {
  note("{} gets {}", to.number, describe(parcel));
  if (parcel.from.address == town_.at(kServer).host.address) invariants_.reached(parcel.to.address);
}

void Story::says(const Resident& who, const api::Event& event) {
  note("{} says {}", who.number, std::visit(Describe{}, event));
  ending_.established += std::holds_alternative<api::Established>(event) ? 1 : 0;
  ending_.rekeyed += std::holds_alternative<api::Rekeyed>(event) ? 1 : 0;
  ending_.down += std::holds_alternative<api::Down>(event) ? 1 : 0;
  ending_.failed += std::holds_alternative<api::Failed>(event) ? 1 : 0;
  invariants_.says(who.number, event);
}

void Story::stepped(const Resident& who, bool expired) { invariants_.stepped(who.number, expired); }

void Story::run_until(base::TimePoint until) {
  while (invariants_.broken().empty() && town_.step(until)) {
    if (++steps_ > kMaxSteps) invariants_.fail("timers: it never comes to rest");
  }
}

// After a call of an engine.
void Story::after(Number who) {
  town_.collect(town_.at(who));
  invariants_.stepped(who, false);
}

void Story::act(const Act& act) {
  note("-- {} {}", to_string(act.deed), act.who);
  switch (act.deed) {
    case Deed::connect: return connect(act.who);
    case Deed::close: return close(act.who);
    case Deed::turn_out: return turn_out(act.dice);
    case Deed::crash: return crash(act.who);
    case Deed::restart: return restart(act.who);
    case Deed::rebind: return rebind(act.who);
    case Deed::move: return move(act.who, act.dice);
    case Deed::serve_again: return town_.at(kServer).host.engine ? restart(kServer) : void();
    case Deed::replay: return replay(act.dice);
    case Deed::forge: forgers_[act.who] = act.dice; return;
    case Deed::meddle: return meddle(act.dice);
    case Deed::flood: return flood(act.dice);
    case Deed::hijack: return town_.divert(act.who, town_.size() - 1);
    case Deed::free: return town_.divert(act.who, std::nullopt);
    case Deed::outage: town_.silent = true; return;
    case Deed::recovery: town_.silent = false; return;
    case Deed::wear_out: return wear_out(act.who, act.dice);
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
  town_.at(who).host.engine.reset();
  session_.erase(who);
  invariants_.crashed(who);
}

// Also of an engine that runs: a server then takes its configuration again.
void Story::restart(Number who) {
  Host& host = town_.at(who).host;
  if (!host.engine) host.engine.emplace(host.config, host.random, host.kernel);
  if (who == kServer) (void)host.engine->serve(server_of(plot_)).value();
}

void Story::rebind(Number who) {
  Resident& client = town_.at(who);
  if (client.nat) client.nat->port = static_cast<std::uint16_t>(client.nat->port + 2);
}

// Without a NAT it is the client itself that gets another address: what its engine has is lost then, and the host ends
// it.
void Story::move(Number who, std::uint64_t dice) {
  Resident& client = town_.at(who);
  if (client.nat) {
    client.nat->address = numbered("203.0.113", 10 + dice % 100);
    return;
  }
  close(who);
  client.host.address = numbered("192.0.2", 10 + 10 * who + dice % 8);
}

void Story::replay(std::uint64_t dice) {
  if (town_.overheard.empty()) return;
  Parcel parcel = town_.overheard[dice % town_.overheard.size()];
  // Now and then from another place.
  if (dice_.chance(30)) parcel.from = {numbered("198.18.0", dice_.next()), 4500};
  note("somebody replays {}", describe(parcel));
  town_.launch(parcel);
}

void Story::meddle(std::uint64_t dice) {
  if (town_.overheard.empty()) return;
  Parcel parcel = town_.overheard[dice % town_.overheard.size()];
  parcel.bytes = altered_message(parcel.bytes, dice_);
  note("somebody alters {}", describe(parcel));
  town_.launch(parcel);
}

void Story::flood(std::uint64_t dice) {
  const auto request = std::ranges::find_if(
      town_.overheard, [](const Parcel& p) { return opening_of(p.bytes) == Opening::init_request; });
  if (request == town_.overheard.end()) return;
  Parcel parcel = *request;
  const std::uint64_t count = 2 + dice % 12;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (dice_.chance(70)) parcel.from = {numbered("198.18.0", dice_.next()), 500};
    parcel.bytes = another_request(request->bytes, dice_);
    town_.launch(parcel);
  }
}

void Story::wear_out(Number who, std::uint64_t dice) {
  Host& host = town_.at(who).host;
  std::vector<const support::FakeKernel::Installed*> live;
  for (const auto& tunnel : host.kernel.installed()) {
    if (tunnel.live) live.push_back(&tunnel);
  }
  if (!host.engine || live.empty()) return;
  const api::ChildSa& child = live[dice % live.size()]->child;
  const bool hard = dice_.chance(15);
  const auto tell = [&](auto& engine) {
    if constexpr (requires { engine.expired(api::Expired{}, town_.now); }) {
      engine.expired({child.local, child.spi_in, hard}, town_.now);
    }
  };
  tell(*host.engine);
  after(who);
}

Parcel Story::forgery_of(const Parcel& parcel, Opening opening) {
  Parcel forged = parcel;
  switch (opening) {
    case Opening::init_request:
      std::swap(forged.from, forged.to);
      forged.bytes = forged_notify(parcel.bytes, dice_);
      break;
    case Opening::init_response: forged.bytes = altered_answer(parcel.bytes, dice_); break;
    case Opening::auth_request: forged.from.address = numbered("198.18.0", dice_.next()); break;
  }
  return forged;
}

// Whoever hears the first messages can be faster than the server, or than the client.
void Story::forge(const Parcel& parcel) {
  const auto opening = opening_of(parcel.bytes);
  if (!opening) return;
  const base::Endpoint& whose = *opening == Opening::init_response ? parcel.to : parcel.from;
  for (auto it = forgers_.begin(); it != forgers_.end(); ++it) {
    const Resident& client = town_.at(it->first);
    const base::Address& address = client.nat ? client.nat->address : client.host.address;
    if (Opening(it->second % kOpenings) != *opening || whose.address != address) continue;
    const Parcel forged = forgery_of(parcel, *opening);
    note("somebody forges {}", describe(forged));
    town_.launch_safely(forged, dice_.chance(50) ? base::Duration(1) : milliseconds(dice_.below(200)));
    forgers_.erase(it);
    return;
  }
}

void Story::calm_down() {
  note("-- calm");
  forgers_.clear();
  town_.silent = false;
  town_.weather = {};
  for (Number who = 0; who < town_.size(); ++who) {
    if (who > 0) town_.divert(who, std::nullopt);
    if (!town_.at(who).host.engine) restart(who);
  }
  run_until(town_.now + plot_.patience() + kAftermath);
  invariants_.check_agreement();
}

// With nobody in the way, whoever wants a tunnel gets it: nothing that is over takes up room.
void Story::reconnect() {
  note("-- everybody who has no tunnel wants one");
  // Any of its sessions will do: one that an earlier wish has brought is rekeyed and lives on.
  const auto has_tunnel = [&](Number who) { return !invariants_.up(who).empty(); };
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    if (!has_tunnel(who)) connect(who);
  }
  run_until(town_.now + kPatienceWithConnect + seconds(1));
  for (Number who = 1; who <= plot_.clients.size(); ++who) {
    if (has_tunnel(who) == role(who).impostor) {
      invariants_.fail(fmt::format("convergence: client {} {}", who, has_tunnel(who) ? "got in" : "can't connect"));
    }
  }
  invariants_.check_agreement();
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
    run_until(start + next.at);
    if (!invariants_.broken().empty()) break;
    act(next);
  }
  run_until(std::max(town_.now, start + plot_.length));
  for (const auto scene : {&Story::calm_down, &Story::reconnect, &Story::part}) {
    if (invariants_.broken().empty()) (this->*scene)();
  }
  ending_.broken = invariants_.broken();
  if (!ending_.broken.empty()) note("BROKEN {}", ending_.broken);
  return std::move(ending_);
}

Ending tell(std::uint64_t seed) { return Story(plot_of(seed)).play(); }

}  // namespace latchkey::sim
