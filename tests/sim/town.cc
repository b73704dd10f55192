#include "tests/sim/town.h"

#include <algorithm>

#include "tests/sim/credentials.h"

namespace latchkey::sim {

namespace {

constexpr unsigned kOwnerShift = 20;
constexpr std::uint32_t kFirstSpi = 0xc0000000u;
constexpr std::size_t kMaxOverheard = 64;

base::Endpoint seen_from_outside(const Resident& resident, const api::Path& path) {
  if (!resident.nat) return path.local;
  return {resident.nat->address, static_cast<std::uint16_t>(resident.nat->port + (path.nat_port ? 1 : 0))};
}

// Where a parcel to `resident` comes in; nothing if it is not for it.
std::optional<api::Path> path_to(const Resident& resident, const Parcel& parcel) {
  const std::uint16_t first = resident.nat ? resident.nat->port : resident.host.config.ike_port;
  const std::uint16_t second = resident.nat ? static_cast<std::uint16_t>(first + 1) : resident.host.config.nat_port;
  const base::Address& address = resident.nat ? resident.nat->address : resident.host.address;
  if (parcel.to.address != address || (parcel.to.port != first && parcel.to.port != second)) return std::nullopt;
  const bool nat_port = parcel.to.port == second;
  const auto& config = resident.host.config;
  return api::Path{{resident.host.address, nat_port ? config.nat_port : config.ike_port}, parcel.from, nat_port};
}

}  // namespace

Number owner_of(base::Spi spi) { return (spi.value - kFirstSpi) >> kOwnerShift; }

Resident::Resident(std::uint64_t seed, Number own_number, api::EngineConfig config, std::string_view address)
    : number(own_number), host(seed ^ (own_number * 0xa11ce), std::move(config), address) {
  host.kernel.number_from(static_cast<std::uint32_t>(number) << kOwnerShift);
  start();
}

void Resident::start() {
  host.engine.emplace(host.config, host.random, host.kernel);
  // The stories' own time begins at an hour.
  host.engine->set_wall_clock(std::chrono::seconds(kStoryDay) - std::chrono::hours(1));
}

Resident& Town::add(std::uint64_t seed, api::EngineConfig config, std::string_view address) {
  residents_.push_back(std::make_unique<Resident>(seed, residents_.size(), std::move(config), address));
  return *residents_.back();
}

void Town::collect(Resident& resident) {
  if (!resident.host.engine) return;
  api::Output output = resident.host.engine->take_output();
  for (const auto& event : output.events) watcher_.says(resident, event);
  for (auto& datagram : output.datagrams) {
    if (datagram.keepalive) continue;  // for the NAT, not for the peer
    const Parcel parcel{seen_from_outside(resident, datagram.path), datagram.path.remote, datagram.path.nat_port,
                        std::move(datagram.bytes)};
    watcher_.sent(resident, parcel);
    // Nobody has that address any more.
    if (!resident.nat && datagram.path.local.address != resident.host.address) continue;
    overhear(parcel);
    launch(parcel);
  }
}

void Town::overhear(const Parcel& parcel) {
  if (overheard.size() < kMaxOverheard) return overheard.push_back(parcel);
  overheard[next_overheard_++ % kMaxOverheard] = parcel;
}

void Town::launch(const Parcel& parcel) {
  const unsigned copies = dice_.chance(weather.duplication) ? 2 : 1;
  if (copies > 1) watcher_.weathers("a datagram comes twice");
  ++launched_;
  for (unsigned copy = 0; copy < copies; ++copy) {
    if (silent || dice_.chance(weather.loss)) {
      watcher_.weathers(silent ? "a datagram is sent in an outage" : "a datagram is lost");
      continue;
    }
    Parcel sent = parcel;
    if (dice_.chance(weather.corruption) && !sent.bytes.empty()) {
      watcher_.weathers("a datagram is corrupted");
      auto& octet = sent.bytes[dice_.below(sent.bytes.size())];
      octet = static_cast<std::uint8_t>(octet ^ (1u << dice_.below(8)));
    }
    if (dice_.chance(weather.truncation)) {
      watcher_.weathers("a datagram is cut short");
      sent.bytes.resize(dice_.below(sent.bytes.size() + 1));
    }
    const auto extra = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(weather.jitter.count()) + 1));
    flying_.emplace(now + weather.latency + base::Duration(extra), Flight{std::move(sent), launched_});
  }
}

void Town::launch_safely(const Parcel& parcel, base::Duration latency) {
  flying_.emplace(now + latency, Flight{parcel});
}

void Town::note_overtaken(const Flight& flight) {
  // Forgers have a way of their own, and so has what comes after the bad weather.
  if (flight.number == 0 || weather.jitter == base::Duration{}) return;
  std::uint64_t& newest = newest_[{flight.parcel.from.address, flight.parcel.to.address}];
  if (flight.number < newest) watcher_.weathers("a datagram is overtaken");
  newest = std::max(newest, flight.number);
}

void Town::divert(Number client, std::optional<Number> to) {
  diverted_.erase(client);
  if (to) diverted_.emplace(client, *to);
}

// Of several with one address the first: who poses as the server only gets what is diverted.
Resident* Town::owner_of(const Parcel& parcel, api::Path& path) {
  for (const auto& resident : residents_) {
    const auto found = path_to(*resident, parcel);
    if (!found) continue;
    path = *found;
    if (resident->number != 0) return resident.get();
    for (const auto& [client, to] : diverted_) {
      const Resident& from = at(client);
      if (parcel.from.address == (from.nat ? from.nat->address : from.host.address)) return &at(to);
    }
    return resident.get();
  }
  return nullptr;
}

// Native ESP has no ports: it stands for itself that the first port's way is the address's.
bool Town::carries(Number from, const api::ChildSa& child, Number to) {
  const Resident& sender = at(from);
  if (silent || (!sender.nat && child.local != sender.host.address)) return false;
  const bool udp = child.encapsulated;
  const base::Endpoint source = seen_from_outside(sender, {{child.local, child.local_port}, {}, udp});
  const std::uint16_t port = udp ? child.remote_port : sender.host.config.peer_ike_port;
  api::Path path;
  const Resident* owner = owner_of({source, {child.remote, port}, udp, {}}, path);
  return owner != nullptr && owner->number == to;
}

void Town::arrive(const Parcel& parcel) {
  api::Path path;
  Resident* resident = owner_of(parcel, path);
  if (resident == nullptr || !resident->host.engine) return;
  watcher_.arrives(*resident, parcel);
  resident->host.engine->receive(parcel.bytes, path, now);
  collect(*resident);
  watcher_.stepped(*resident, false);
}

void Town::expire() {
  for (const auto& resident : residents_) {
    if (!resident->host.engine || resident->host.engine->next_deadline() > now) continue;
    resident->host.engine->expire(now);
    collect(*resident);
    watcher_.stepped(*resident, true);
  }
}

base::TimePoint Town::next_deadline() const {
  base::TimePoint next = base::kNever;
  for (const auto& resident : residents_) {
    if (resident->host.engine) next = std::min(next, resident->host.engine->next_deadline());
  }
  return next;
}

bool Town::step(base::TimePoint until) {
  const base::TimePoint arrival = flying_.empty() ? base::kNever : flying_.begin()->first;
  const base::TimePoint next = std::min(arrival, next_deadline());
  if (next > until) {
    now = until;
    return false;
  }
  now = std::max(now, next);
  if (arrival > next) {
    expire();
    return true;
  }
  const Flight flight = std::move(flying_.begin()->second);
  flying_.erase(flying_.begin());
  note_overtaken(flight);
  arrive(flight.parcel);
  return true;
}

}  // namespace latchkey::sim
