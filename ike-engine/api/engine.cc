#include "ike-engine/api/engine.h"

#include <algorithm>
#include <unordered_map>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/init.h"
#include "ike-engine/session/receive.h"
#include "ike-engine/session/timers.h"

namespace latchkey::api {

namespace {

using session::Context;
using session::IkeSa;
using session::Session;

EngineConfig with_defaults(EngineConfig config) {
  if (config.ike.empty()) config.ike = policy::default_ike_suites();
  if (config.esp.empty()) config.esp = policy::default_esp_suites();
  return config;
}

// Keys that can't verify anything are skipped: somebody else's record in the set must not spoil the set.
std::vector<session::ServerKey> usable_keys(const std::vector<DnsKey>& keys) {
  std::vector<session::ServerKey> usable;
  for (const DnsKey& dns : keys) {
    if (usable.size() == session::kMaxKeys) break;
    auto key = crypto::PublicKey::from_ipseckey(dns.algorithm, dns.key);
    if (key) usable.push_back({dns, std::move(*key)});
  }
  return usable;
}

}  // namespace

struct Engine::Impl {
  Impl(EngineConfig engine_config, Random& engine_random, Kernel& engine_kernel)
      : config(with_defaults(std::move(engine_config))), random(engine_random), kernel(engine_kernel) {}

  Context context(base::TimePoint now) { return {config, random, kernel, output, stats, now, {}, {}}; }
  base::IkeSpi fresh_spi();
  base::Result<void> begin(Session& session, const session::Plan& plan, base::TimePoint deadline, base::TimePoint now);
  template <class Action>
  void act(base::IkeSpi spi, base::TimePoint now, Action&& action);
  void settle(Context& context, base::IkeSpi spi, Session* session);
  void follow(const session::Successor& successor, base::TimePoint now);
  void end(Session& session);
  void erase(base::IkeSpi spi);
  void dispatch(base::IkeSpi spi, session::Event event, base::TimePoint now);

  EngineConfig config;
  Random& random;
  Kernel& kernel;
  Output output;
  EngineStats stats;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions;
  std::unordered_map<base::IkeSpi, std::unique_ptr<IkeSa>> sas;
  std::size_t negotiations = 0;
  session::Timers timers;
  std::uint64_t last_session = 0;
};

base::IkeSpi Engine::Impl::fresh_spi() {
  for (;;) {
    std::array<std::uint8_t, 8> octets{};
    random.fill(octets);
    const base::IkeSpi spi{base::Reader(octets).u64()};
    if (spi.value != 0 && !sas.contains(spi)) return spi;
  }
}

base::Result<void> Engine::Impl::begin(Session& session, const session::Plan& plan, base::TimePoint deadline,
                                       base::TimePoint now) {
  auto sa = std::make_unique<IkeSa>();
  sa->spi_i = fresh_spi();
  sa->session = &session;
  sa->negotiation = std::make_unique<session::Negotiation>();
  sa->negotiation->plan = plan;
  sa->negotiation->deadline = deadline;
  Context ctx = context(now);
  if (auto begun = session::begin_init(*sa, ctx); !begun) return begun;
  session.pending = sa->spi_i;
  timers.set(sa->spi_i, session::next_deadline(*sa));
  ++negotiations;
  sas.emplace(sa->spi_i, std::move(sa));
  return {};
}

// Lets `action` work on an IKE SA and does what it left to do.
template <class Action>
void Engine::Impl::act(base::IkeSpi spi, base::TimePoint now, Action&& action) {
  const auto found = sas.find(spi);
  if (found == sas.end()) return;
  IkeSa& sa = *found->second;
  Session* session = sa.session;
  const bool negotiating = sa.negotiation != nullptr;
  Context ctx = context(now);
  action(sa, ctx);
  if (negotiating && !sa.negotiation) --negotiations;
  settle(ctx, spi, session);
}

void Engine::Impl::settle(Context& ctx, base::IkeSpi spi, Session* session) {
  const IkeSa& sa = *sas.at(spi);
  timers.set(spi, session::next_deadline(sa));
  // A farewell (our DELETE, a last answer kept) is a courtesy, and not owed to more peers than we may have.
  const bool farewell = sa.session == nullptr;
  const bool too_many = farewell && sas.size() > 2 * config.max_sessions;
  if (sa.state == session::State::dead || too_many) erase(spi);
  for (const auto& successor : ctx.successors) follow(successor, ctx.now);
  for (const base::IkeSpi old : ctx.superseded) dispatch(old, session::Event::superseded, ctx.now);
  if (session != nullptr && session->over) end(*session);
}

void Engine::Impl::follow(const session::Successor& successor, base::TimePoint now) {
  Session& session = *successor.session;
  if (begin(session, successor.plan, successor.deadline, now)) return;
  // No suite or no randomness: cannot be, since the negotiation before began with the same.
  session.pending = {};
  if (session.current != base::IkeSpi{}) return;
  ++stats.failed;
  output.events.push_back(Failed{session.id, Reason::malformed, 0, "could not begin again"});
  session.over = true;
}

// The session's last word was said. A negotiation that was to renew it has nothing to do any more.
void Engine::Impl::end(Session& session) {
  if (const base::IkeSpi pending = session.pending; pending != base::IkeSpi{}) erase(pending);
  sessions.erase(session.id);
}

void Engine::Impl::erase(base::IkeSpi spi) {
  const auto found = sas.find(spi);
  if (found == sas.end()) return;
  if (found->second->negotiation) --negotiations;
  timers.erase(spi);
  sas.erase(found);
}

void Engine::Impl::dispatch(base::IkeSpi spi, session::Event event, base::TimePoint now) {
  act(spi, now, [&](IkeSa& sa, Context& ctx) {
    session::Input input;
    session::dispatch(sa, event, ctx, input);
  });
}

Engine::Engine(EngineConfig config, Random& random, Kernel& kernel)
    : impl_(std::make_unique<Impl>(std::move(config), random, kernel)) {}
Engine::~Engine() = default;

base::Result<SessionId> Engine::connect(ConnectRequest request, base::TimePoint now) {
  Impl& impl = *impl_;
  if (request.local.address.family() != request.remote.family()) {
    return base::fail(base::Errc::malformed, "local and remote address of different families");
  }
  if (impl.sessions.size() >= impl.config.max_sessions) return base::fail(base::Errc::exhausted, "max_sessions");
  if (impl.negotiations >= impl.config.max_half_open) return base::fail(base::Errc::exhausted, "max_half_open");
  auto session = std::make_unique<Session>();
  session->id = SessionId{++impl.last_session};
  session->keys = usable_keys(request.keys);
  const base::TimePoint deadline = request.deadline;
  session->request = std::move(request);
  if (session->keys.empty()) return base::fail(base::Errc::malformed, "no usable key");
  if (auto begun = impl.begin(*session, {}, deadline, now); !begun) return std::unexpected(begun.error());
  const SessionId id = session->id;
  impl.sessions.emplace(id, std::move(session));
  return id;
}

void Engine::close(SessionId session, base::TimePoint now) {
  const auto found = impl_->sessions.find(session);
  if (found == impl_->sessions.end()) return;
  const bool up = found->second->current != base::IkeSpi{};
  impl_->dispatch(up ? found->second->current : found->second->pending, session::Event::close, now);
}

void Engine::receive(base::Bytes datagram, const Path& path, base::TimePoint now) {
  Impl& impl = *impl_;
  ++impl.stats.received;
  const auto message = wire::parse_message(datagram);
  if (!message) {
    ++impl.stats.dropped_malformed;
    return;
  }
  const wire::Header& header = message->header;
  const auto found = impl.sas.find(header.initiator ? header.spi_r : header.spi_i);
  // Not answered: we are nobody's responder. And the server's address is the one that DNS gave (security rule 6).
  if (found == impl.sas.end() || found->second->path.remote.address != path.remote.address) {
    ++impl.stats.dropped_unknown_sa;
    return;
  }
  impl.act(found->first, now, [&](IkeSa& sa, Context& ctx) { session::receive(sa, ctx, *message, path); });
}

void Engine::expire(base::TimePoint now) {
  while (impl_->timers.earliest() <= now) {
    impl_->act(impl_->timers.who(), now, [](IkeSa& sa, Context& ctx) { session::expire(sa, ctx); });
  }
}

base::TimePoint Engine::next_deadline() const { return impl_->timers.earliest(); }

Output Engine::take_output() { return std::exchange(impl_->output, {}); }

EngineStats Engine::stats() const { return impl_->stats; }

base::Result<ChildCounters> Engine::counters(SessionId session) {
  const auto found = impl_->sessions.find(session);
  if (found == impl_->sessions.end()) return base::fail(base::Errc::not_found, "no such session");
  const auto sa = impl_->sas.find(found->second->current);
  session::Child* child = sa == impl_->sas.end() ? nullptr : sa->second->current_child();
  if (child == nullptr) return base::fail(base::Errc::not_found, "no tunnel yet");
  return child->tunnel->counters();
}

std::size_t Engine::sessions() const { return impl_->sessions.size(); }

std::size_t Engine::ike_sas() const { return impl_->sas.size(); }

std::size_t Engine::half_open() const { return impl_->negotiations; }

}  // namespace latchkey::api
