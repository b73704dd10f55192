#include "unbound-module/gate.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <system_error>

#include "ike-engine/crypto/random.h"
#include "unbound-module/names.h"

namespace latchkey::unbound {
namespace {

/// Different words of Decision::verdict that are counted; they are static, so this is never met.
constexpr std::size_t kMostVerdicts = 64;
/// Names that wait to be taken out of the message cache; beyond it all of that is emptied.
constexpr std::size_t kMostStale = 10'000;
/// What waits for the engine thread when an address that was released in clear is not noted any more. At worst another
/// name's key has its traffic change to a tunnel.
constexpr std::size_t kMostInClear = 100'000;

int make_eventfd() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

void ring(int fd) {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(fd, &one, sizeof one);
  (void)written;  // it can only fail when it is readable already
}

void hush(int fd) {
  std::uint64_t count = 0;
  const ssize_t got = ::read(fd, &count, sizeof count);
  (void)got;
}

}  // namespace

EngineGate::EngineGate(PeersConfig config, const host::Log& log)
    : log_(log),
      wake_fd_(make_eventfd()),
      max_waiting_(config.max_waiting),
      held_(config.max_waiting),
      config_(std::move(config)) {}

EngineGate::~EngineGate() {
  for (const auto& [id, worker] : workers_) ::close(worker.fd);
  ::close(wake_fd_);
}

WorkerId EngineGate::add_worker() {
  const int fd = make_eventfd();
  const std::lock_guard lock(mutex_);
  const WorkerId id{++last_worker_};
  workers_[id].fd = fd;
  return id;
}

int EngineGate::worker_fd(WorkerId worker) const {
  const std::lock_guard lock(mutex_);
  const auto place = workers_.find(worker);
  return place == workers_.end() ? -1 : place->second.fd;
}

void EngineGate::remove_worker(WorkerId worker) {
  int fd = -1;
  {
    const std::lock_guard lock(mutex_);
    const auto place = workers_.find(worker);
    if (place == workers_.end()) return;
    fd = place->second.fd;
    workers_.erase(place);
    if (inbox_.push(Gone{worker})) ring(wake_fd_);
  }
  ::close(fd);
}

void EngineGate::want(Want want) {
  const std::lock_guard lock(mutex_);
  const auto place = workers_.find(want.worker);
  if (place == workers_.end()) return;
  if (inbox_.wants >= max_waiting_) {
    ++verdicts_["limit-inbox"];
    place->second.push({want.ticket, Verdict::limit, "too many questions at once", 0});
    return;
  }
  ++inbox_.wants;
  if (inbox_.push(std::move(want))) ring(wake_fd_);
}

bool EngineGate::hold(base::Bytes name, const std::optional<base::Address>& client, std::optional<Bound> on_worker) {
  const auto bound = on_worker ? on_worker : held_.enter(client);
  if (!bound) return true;
  const std::lock_guard lock(mutex_);
  const auto same = std::ranges::find(inbox_.turned, *bound, &Turned::bound);
  if (same != inbox_.turned.end()) return ++same->count, false;
  inbox_.turned.push_back({*bound, name_text(name), client});
  ring(wake_fd_);
  return false;
}

void EngineGate::forget(WorkerId worker, Ticket ticket) {
  const std::lock_guard lock(mutex_);
  const auto place = workers_.find(worker);
  if (place == workers_.end()) return;
  std::erase_if(place->second.done, [&](const Done& done) { return done.ticket == ticket; });
  if (inbox_.push(Forgotten{worker, ticket})) ring(wake_fd_);
}

void EngineGate::released_in_clear(const base::Address& address, std::uint32_t ttl_s) {
  const std::lock_guard lock(mutex_);
  if (inbox_.items.size() >= kMostInClear) return;
  if (inbox_.push(InClear{address, ttl_s})) ring(wake_fd_);
}

void EngineGate::key_removed(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (inbox_.push(KeyRemoved{name})) ring(wake_fd_);
}

std::vector<Done> EngineGate::take(WorkerId worker, std::size_t most) {
  std::vector<Done> out;
  const std::lock_guard lock(mutex_);
  const auto place = workers_.find(worker);
  if (place == workers_.end()) return out;
  auto& done = place->second.done;
  hush(place->second.fd);
  while (!done.empty() && out.size() < most) {
    out.push_back(std::move(done.front()));
    done.pop_front();
  }
  if (!done.empty() || stale_.any()) ring(place->second.fd);  // the rest after the worker's other events
  return out;
}

Stale EngineGate::take_stale(std::size_t most) {
  const std::lock_guard lock(mutex_);
  Stale out{{}, std::exchange(stale_.everything, false)};
  const std::size_t left = stale_.names.size() - std::min(most, stale_.names.size());
  const auto from = stale_.names.begin() + static_cast<std::ptrdiff_t>(left);
  out.names.assign(std::move_iterator(from), std::move_iterator(stale_.names.end()));
  stale_.names.resize(left);
  return out;
}

void EngineGate::observed(std::string_view event, const std::string& name, std::string_view detail) {
  log_.info(event, {{"name", name}, {"detail", detail}});
}

void EngineGate::decided(Decision decision) {
  {
    const std::lock_guard lock(mutex_);
    if (verdicts_.size() < kMostVerdicts || verdicts_.contains(decision.verdict)) ++verdicts_[decision.verdict];
  }
  // A line for each plain name, or for each that the operator's groups decide about, would cost more than the rest of
  // what we do for it. A flood that meets a bound has the line "limit" now and then.
  constexpr std::array<std::string_view, 4> kOrdinary{"released", "released-group", "refused-group", "servfail-limit"};
  const bool ordinary = std::ranges::count(kOrdinary, decision.verdict) > 0;
  const host::Level level = ordinary ? host::Level::debug : host::Level::info;
  if (log_.wants(level)) {
    log_.line(level, "answer",
              {{"name", decision.name},
               {"type", decision.type},
               {"verdict", decision.verdict},
               {"reason", decision.reason.empty() ? "-" : decision.reason}});
  }
  decisions_.add(std::move(decision));
}

void EngineGate::reconfigure(PeersConfig config) {
  const std::lock_guard lock(mutex_);
  max_waiting_ = config.max_waiting;
  held_.set_most(config.max_waiting);
  if (inbox_.push(std::move(config))) ring(wake_fd_);
}

void EngineGate::Worker::push(Done outcome) {
  done.push_back(std::move(outcome));
  if (done.size() == 1) ring(fd);
}

void EngineGate::start(host::Services& services, base::TimePoint) {
  services_ = &services;
  HashKey key{};
  crypto::random_fill(key);
  peers_ = std::make_unique<Peers>(config_, services, log_, key);
}

void EngineGate::stop(base::TimePoint now) { peers_->close_all(now); }

void EngineGate::woken(base::TimePoint now) {
  Inbox taken;
  {
    const std::lock_guard lock(mutex_);
    hush(wake_fd_);
    taken = std::exchange(inbox_, {});
  }
  for (Item& item : taken.items) {
    if (auto* want = std::get_if<Want>(&item)) peers_->want(std::move(*want), now);
    if (const auto* gone = std::get_if<Forgotten>(&item)) peers_->forget(gone->worker, gone->ticket);
    if (const auto* gone = std::get_if<Gone>(&item)) peers_->forget_all(gone->worker);
    if (const auto* clear = std::get_if<InClear>(&item)) peers_->released_in_clear(clear->address, clear->ttl_s, now);
    if (const auto* removed = std::get_if<KeyRemoved>(&item)) peers_->key_removed(removed->name, now);
    if (auto* config = std::get_if<PeersConfig>(&item)) peers_->configure(std::move(*config));
  }
  for (const Turned& turned : taken.turned) peers_->turned_away(turned, now);
  deliver();
}

void EngineGate::event(const api::Event& event, base::TimePoint now) {
  peers_->event(event, now);
  deliver();
}

void EngineGate::expire(base::TimePoint now) {
  peers_->expire(now);
  deliver();
}

base::TimePoint EngineGate::next_deadline() const { return peers_->next_deadline(); }

void EngineGate::network_changed(base::TimePoint) { peers_->network_changed(); }

std::string EngineGate::control(std::string_view request, base::TimePoint now) {
  Decided decided{{}, decisions_};
  {
    const std::lock_guard lock(mutex_);
    decided.verdicts = verdicts_;
  }
  return answer_control(request, *peers_, decided, services_->stats(), now);
}

/// Every worker is told: one may be busy, and any of them can do it.
void EngineGate::discard(std::vector<std::string> names) {
  if (names.empty()) return;
  const std::lock_guard lock(mutex_);
  if (stale_.everything || stale_.names.size() + names.size() > kMostStale)
    stale_ = {{}, true};
  else
    stale_.names.insert(stale_.names.end(), std::move_iterator(names.begin()), std::move_iterator(names.end()));
  for (const auto& [id, worker] : workers_) ring(worker.fd);
}

void EngineGate::deliver() {
  discard(peers_->take_stale());
  std::vector<Outcome> outcomes = peers_->take_outcomes();
  if (outcomes.empty()) return;
  const std::lock_guard lock(mutex_);
  for (Outcome& outcome : outcomes) {
    const auto place = workers_.find(outcome.worker);
    if (place != workers_.end()) place->second.push(std::move(outcome.done));
  }
}

}  // namespace latchkey::unbound
