#include "ike-engine/api/engine.h"

#include <algorithm>
#include <unordered_map>

#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/children.h"
#include "ike-engine/session/heir.h"
#include "ike-engine/session/init.h"
#include "ike-engine/session/receive.h"
#include "ike-engine/session/respond_child.h"
#include "ike-engine/session/respond_init.h"
#include "ike-engine/session/timers.h"
#include "ike-engine/session/unknown_sa.h"

namespace latchkey::api {

namespace {

using session::Context;
using session::IkeSa;
using session::Session;

EngineConfig with_defaults(EngineConfig config) {
  if (config.answered_ike.empty()) config.answered_ike = config.ike;
  if (config.answered_ike.empty()) config.answered_ike = policy::answered_ike_suites();
  if (config.answered_esp.empty()) config.answered_esp = config.esp;
  if (config.answered_esp.empty()) config.answered_esp = policy::answered_esp_suites();
  if (config.ike.empty()) config.ike = policy::default_ike_suites();
  if (config.esp.empty()) config.esp = policy::default_esp_suites();
  return config;
}

// How the server may prove who it is: by one of its raw keys, or else as the caller says.
base::Result<std::vector<session::Trust>> trusted_for(const ConnectRequest& request) {
  std::vector<session::Trust> trusted;
  auto keys = session::usable_keys(request.keys);
  if (!keys.empty()) trusted.push_back({.keys = std::move(keys)});
  for (const PeerProof& peer : request.peers) {
    auto trust = session::prepare_trust(peer);
    if (!trust) return std::unexpected(trust.error());
    trusted.push_back(std::move(*trust));
  }
  if (trusted.empty()) return base::fail(base::Errc::malformed, "no usable key");
  return trusted;
}

// Whether the same hosts' packets pass by both, in the same way.
bool is_alike(const IkeSa& sa, const session::Child& older, const ChildSa& child) {
  return older.mode == child.mode && sa.path.local.address == child.local && sa.path.remote.address == child.remote &&
         older.inner_local == child.inner_local && older.inner_remote == child.inner_remote;
}

base::Result<std::unique_ptr<Session>> session_for(const ConnectRequest& request) {
  if (request.local.address.family() != request.remote.family()) {
    return base::fail(base::Errc::malformed, "local and remote address of different families");
  }
  if (request.behind && (request.behind->family() != request.remote.family() || request.mode == Mode::transport)) {
    return base::fail(base::Errc::unsupported, "a gateway of the other family, or in transport mode");
  }
  auto trusted = trusted_for(request);
  if (!trusted) return std::unexpected(trusted.error());
  auto proof = session::prepare_proof(request.own);
  if (!proof) return std::unexpected(proof.error());
  auto session = std::make_unique<Session>();
  session->local = request.local;
  session->remote = request.remote;
  session->behind = request.behind;
  session->ask_for = request.ask_for;
  session->proof = std::move(*proof);
  session->trusted = std::move(*trusted);
  session->mode = request.mode;
  session->request_address = request.request_address;
  session->beside = request.beside;
  if (request.ppk) session->ppk = std::make_unique<Ppk>(request.ppk->clone());
  return session;
}

}  // namespace

struct Engine::Impl {
  Impl(EngineConfig engine_config, Random& engine_random, Kernel& engine_kernel)
      : config(with_defaults(std::move(engine_config))), random(engine_random), kernel(engine_kernel) {}

  Context context(base::TimePoint now) {
    return {.config = config,
            .random = random,
            .kernel = kernel,
            .out = output,
            .stats = stats,
            .now = now,
            .unix_offset = unix_offset,
            .fresh_spi = [this] { return fresh_spi(); },
            .responder = responder.get(),
            .may_admit = sessions.size() < config.max_sessions,
            .next_session = SessionId{last_session + 1},
            .reqid_beside = [this](const Session& own, std::span<const SessionId> replaces,
                                   const ChildSa& child) { return reqid_beside(own, replaces, child); }};
  }
  void receive_init(const wire::Message& message, const Path& path, base::TimePoint now);
  void answer_unprotected(std::optional<base::Buffer> answer, const Path& path);
  void promote(base::IkeSpi spi);
  base::IkeSpi fresh_spi();
  base::Result<void> begin(Session& session, const session::Plan& plan, base::TimePoint deadline, base::TimePoint now);
  template <class Action>
  void act(base::IkeSpi spi, base::TimePoint now, Action&& action);
  void settle(Context& context, base::IkeSpi spi, Session* session);
  void adopt(std::unique_ptr<IkeSa> heir);
  void hand_over(const session::Handover& handover, Context& ctx);
  void follow(const session::Successor& successor, base::TimePoint now);
  void end(Session& session, base::TimePoint now);
  void tell_successors(SessionId gone, const base::Address& held, base::TimePoint now);
  bool is_sent_for(const Session& session) const;
  void erase(base::IkeSpi spi);
  const Session* twin_of(const Session& own) const;
  const Session* find(SessionId id) const;
  const session::Child* child_of(const Session* session) const;
  std::optional<base::ReqId> reqid_beside(const Session& own, std::span<const SessionId> replaces,
                                          const ChildSa& child) const;
  void dispatch(base::IkeSpi spi, session::Event event, base::TimePoint now);
  void dispatch(SessionId session, session::Event event, base::TimePoint now);

  EngineConfig config;
  Random& random;
  Kernel& kernel;
  Output output;
  EngineStats stats;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions;
  std::unordered_map<base::IkeSpi, std::unique_ptr<IkeSa>> sas;
  std::unordered_multimap<base::Address, const Session*> own_sessions;  ///< that we have begun, by their server
  std::size_t negotiations = 0;
  session::Timers timers;
  std::unique_ptr<session::Responder> responder;
  session::UnknownSa unknown_sa;
  std::uint64_t last_session = 0;
  base::Duration unix_offset{};
};

base::IkeSpi Engine::Impl::fresh_spi() {
  for (;;) {
    std::array<std::uint8_t, 8> octets{};
    random.fill(octets);
    const base::IkeSpi spi{base::Reader(octets).u64()};
    if (spi.value != 0 && !sas.contains(spi) && !(responder && responder->half_open.find(spi))) return spi;
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
  if (ctx.admitted) {
    last_session = ctx.admitted->id.value;
    sessions.emplace(ctx.admitted->id, std::move(ctx.admitted));
  }
  const IkeSa& sa = *sas.at(spi);
  for (auto& heir : ctx.heirs) adopt(std::move(heir));
  for (const session::Handover& handover : ctx.handovers) hand_over(handover, ctx);
  timers.set(spi, session::next_deadline(sa));
  // A farewell (our DELETE, a last answer kept) is a courtesy, and not owed to more peers than we may have.
  // A client whose IKE_AUTH is not there yet has a bound of its own.
  const bool farewell = sa.session == nullptr && !sa.half_open;
  const bool too_many = farewell && sas.size() > 2 * config.max_sessions;
  if (sa.state == session::State::dead || too_many) erase(spi);
  for (const auto& successor : ctx.successors) follow(successor, ctx.now);
  for (const base::IkeSpi old : ctx.superseded) dispatch(old, session::Event::superseded, ctx.now);
  for (const SessionId old : ctx.replaced) dispatch(old, session::Event::replaced, ctx.now);
  for (const SessionId old : ctx.doubted) dispatch(old, session::Event::doubted, ctx.now);
  if (session != nullptr && session->over) end(*session, ctx.now);
}

void Engine::Impl::adopt(std::unique_ptr<IkeSa> heir) {
  if (heir->state == session::State::dead) return;
  const base::IkeSpi spi = heir->own_spi();
  timers.set(spi, session::next_deadline(*heir));
  sas.emplace(spi, std::move(heir));
}

void Engine::Impl::hand_over(const session::Handover& handover, Context& ctx) {
  const auto from = sas.find(handover.from);
  const auto to = sas.find(handover.to);
  if (from == sas.end()) return;
  if (to == sas.end() || to->second->state != session::State::bystander) {
    // The peer has deleted what it wants us to go on with.
    return session::lose(*from->second, ctx, Reason::deleted_by_peer);
  }
  session::hand_over(*from->second, *to->second, ctx);
  timers.set(handover.to, session::next_deadline(*to->second));
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
void Engine::Impl::end(Session& session, base::TimePoint now) {
  if (const base::IkeSpi pending = session.pending; pending != base::IkeSpi{}) erase(pending);
  if (responder && !session.initiator) responder->departed(session);
  const auto [first, last] = own_sessions.equal_range(session.remote);
  const auto own = std::find_if(first, last, [&](const auto& entry) { return entry.second == &session; });
  if (own != last) own_sessions.erase(own);
  const SessionId gone = session.id;
  const auto held = session.initiator ? std::nullopt : session.holds;
  sessions.erase(session.id);
  if (held) tell_successors(gone, *held, now);
}

// Who has come again is sent to by the older tunnel, as long as there is one.
void Engine::Impl::tell_successors(SessionId gone, const base::Address& held, base::TimePoint now) {
  const auto [first, last] = responder->holders.equal_range(held);
  std::vector<SessionId> successors;
  for (const auto& [address, holder] : std::ranges::subrange(first, last)) {
    const Session* session = find(holder.session);
    if (session != nullptr && std::ranges::count(session->replaces, gone) > 0) successors.push_back(session->id);
  }
  for (const SessionId id : successors) {
    const Session* session = find(id);
    if (session == nullptr) continue;  // gone meanwhile
    const bool sent_for = is_sent_for(*session);
    act(session->current, now, [&](IkeSa& sa, Context& ctx) { session::predecessor_gone(sa, ctx, gone, sent_for); });
  }
}

// Of the older ones some may be of another mode, or lead elsewhere.
bool Engine::Impl::is_sent_for(const Session& session) const {
  const session::Child* own = child_of(&session);
  return own != nullptr && std::ranges::any_of(session.replaces, [&](SessionId id) {
           const session::Child* older = child_of(find(id));
           return older != nullptr && older->tunnel->reqid() == own->tunnel->reqid();
         });
}

// The session that the same peer has with us the other way round: two hosts may begin at the same moment. Security rule
// 3: whoever has not proven the same name is somebody else.
const Session* Engine::Impl::twin_of(const Session& own) const {
  if (!responder || !own.has_name()) return nullptr;
  const auto is_twin = [&](const Session& other) {
    return other.initiator != own.initiator && other.current != base::IkeSpi{} && other.has_name() &&
           other.peer == own.peer && other.remote == own.remote && other.local.address == own.local.address;
  };
  if (own.initiator) {
    const auto [first, last] = responder->holders.equal_range(own.remote);
    for (const auto& [address, holder] : std::ranges::subrange(first, last)) {
      if (const Session* other = find(holder.session); other != nullptr && is_twin(*other)) return other;
    }
    return nullptr;
  }
  const auto [first, last] = own_sessions.equal_range(own.remote);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return is_twin(*entry.second); });
  return found == last ? nullptr : found->second;
}

const Session* Engine::Impl::find(SessionId id) const {
  const auto found = sessions.find(id);
  return found == sessions.end() ? nullptr : found->second.get();
}

const session::Child* Engine::Impl::child_of(const Session* session) const {
  const auto sa = session == nullptr ? sas.end() : sas.find(session->current);
  return sa == sas.end() ? nullptr : sa->second->current_child();
}

std::optional<base::ReqId> Engine::Impl::reqid_beside(const Session& own, std::span<const SessionId> replaces,
                                                      const ChildSa& child) const {
  std::vector<const Session*> others = {&own, twin_of(own)};
  if (own.beside) others.push_back(find(*own.beside));
  for (const SessionId id : replaces) others.push_back(find(id));
  for (const Session* other : others) {
    const session::Child* older = child_of(other);
    if (older != nullptr && is_alike(*sas.at(other->current), *older, child)) return older->tunnel->reqid();
  }
  return std::nullopt;
}

void Engine::Impl::erase(base::IkeSpi spi) {
  const auto found = sas.find(spi);
  if (found == sas.end()) return;
  if (found->second->negotiation) --negotiations;
  if (responder) session::end_half_open(*found->second, *responder);
  timers.erase(spi);
  sas.erase(found);
}

void Engine::Impl::dispatch(base::IkeSpi spi, session::Event event, base::TimePoint now) {
  act(spi, now, [&](IkeSa& sa, Context& ctx) {
    session::Input input;
    session::dispatch(sa, event, ctx, input);
  });
}

void Engine::Impl::dispatch(SessionId id, session::Event event, base::TimePoint now) {
  if (const Session* session = find(id)) dispatch(session->current, event, now);
}

Engine::Engine(EngineConfig config, Random& random, Kernel& kernel)
    : impl_(std::make_unique<Impl>(std::move(config), random, kernel)) {}
Engine::~Engine() = default;

base::Result<SessionId> Engine::connect(const ConnectRequest& request, base::TimePoint now) {
  Impl& impl = *impl_;
  if (impl.sessions.size() >= impl.config.max_sessions) return base::fail(base::Errc::exhausted, "max_sessions");
  if (impl.negotiations >= impl.config.max_half_open) return base::fail(base::Errc::exhausted, "max_half_open");
  auto session = session_for(request);
  if (!session) return std::unexpected(session.error());
  const SessionId id{++impl.last_session};
  (*session)->id = id;
  const session::Plan plan{.transport = request.mode == Mode::transport};
  if (auto begun = impl.begin(**session, plan, request.deadline, now); !begun) return std::unexpected(begun.error());
  impl.own_sessions.emplace((*session)->remote, session->get());
  impl.sessions.emplace(id, std::move(*session));
  return id;
}

void Engine::set_wall_clock(base::Duration unix_offset) { impl_->unix_offset = unix_offset; }

void Engine::close(SessionId session, base::TimePoint now) {
  const auto found = impl_->sessions.find(session);
  if (found == impl_->sessions.end()) return;
  const bool up = found->second->current != base::IkeSpi{};
  impl_->dispatch(up ? found->second->current : found->second->pending, session::Event::close, now);
}

void Engine::Impl::receive_init(const wire::Message& message, const Path& path, base::TimePoint now) {
  Context ctx = context(now);
  if (const auto* known = responder->half_open.answered({message.header.spi_i, path.remote})) {
    session::answer_init_again(*known, ctx, message, path);
  } else {
    (void)session::answer_init(ctx, message, path, fresh_spi());
  }
}

// An IKE SA for a client that goes on with a protected message.
void Engine::Impl::promote(base::IkeSpi spi) {
  if (!responder || sas.contains(spi)) return;
  auto client = responder->half_open.take(spi);
  if (!client) return;
  timers.set(spi, client->deadline);
  sas.emplace(spi, session::begin_sa(std::move(client)));
}

base::Result<void> Engine::serve(const ResponderConfig& config) {
  auto fresh = session::prepare_responder(config);
  if (!fresh) return std::unexpected(fresh.error());
  if (impl_->responder) (*fresh)->take_over(*impl_->responder, config);
  impl_->responder = std::move(*fresh);
  return {};
}

void Engine::Impl::answer_unprotected(std::optional<base::Buffer> answer, const Path& path) {
  if (!answer) return;
  output.datagrams.push_back({path, std::move(*answer)});
  ++stats.sent;
}

void Engine::receive(base::Bytes datagram, const Path& path, base::TimePoint now) {
  Impl& impl = *impl_;
  ++impl.stats.received;
  const auto message = wire::parse_message(datagram);
  if (!message) {
    ++impl.stats.dropped_malformed;
    if (impl.responder) impl.answer_unprotected(impl.unknown_sa.answer_version(datagram, now), path);
    return;
  }
  const wire::Header& header = message->header;
  if (impl.responder && session::is_init_request(header)) return impl.receive_init(*message, path, now);
  if (header.initiator) impl.promote(header.spi_r);
  const auto found = impl.sas.find(header.initiator ? header.spi_r : header.spi_i);
  // As initiator: the server's address is the one that DNS gave (security rule 6). A client may be moved by its NAT
  // once it is in.
  const bool unknown = found == impl.sas.end();
  if (unknown || (found->second->pinned() && found->second->path.remote.address != path.remote.address)) {
    ++impl.stats.dropped_unknown_sa;
    if (unknown && impl.responder) impl.answer_unprotected(impl.unknown_sa.answer(*message, now), path);
    return;
  }
  impl.act(found->first, now, [&](IkeSa& sa, Context& ctx) { session::receive(sa, ctx, *message, path); });
}

void Engine::expired(const Expired& what, base::TimePoint now) {
  for (const auto& [spi, sa] : impl_->sas) {
    const session::Child* child = session::child_of(*sa, what);
    if (child == nullptr) continue;
    session::Input input;
    input.child = child->spi_in;
    const auto event = what.hard ? session::Event::child_over : session::Event::child_rekeying_due;
    return impl_->act(spi, now, [&](IkeSa& ours, Context& ctx) { session::dispatch(ours, event, ctx, input); });
  }
}

void Engine::expire(base::TimePoint now) {
  if (impl_->responder) session::expire_half_open(*impl_->responder, now);
  while (impl_->timers.earliest() <= now) {
    impl_->act(impl_->timers.who(), now, [](IkeSa& sa, Context& ctx) { session::expire(sa, ctx); });
  }
}

base::TimePoint Engine::next_deadline() const {
  const base::TimePoint earliest = impl_->timers.earliest();
  return impl_->responder ? std::min(earliest, impl_->responder->half_open.next_deadline()) : earliest;
}

Output Engine::take_output() { return std::exchange(impl_->output, {}); }

EngineStats Engine::stats() const { return impl_->stats; }

base::Result<ChildCounters> Engine::counters(SessionId session) {
  const auto found = impl_->sessions.find(session);
  if (found == impl_->sessions.end()) return base::fail(base::Errc::not_found, "no such session");
  const auto sa = impl_->sas.find(found->second->current);
  if (sa == impl_->sas.end() || sa->second->children.empty()) return base::fail(base::Errc::not_found, "no tunnel yet");
  return session::counters_of(*sa->second);
}

std::size_t Engine::sessions() const { return impl_->sessions.size(); }

std::size_t Engine::half_open_clients() const { return impl_->responder ? impl_->responder->half_open.size() : 0; }

std::size_t Engine::leases() const { return impl_->responder ? impl_->responder->leases.held() : 0; }

std::size_t Engine::ike_sas() const { return impl_->sas.size(); }

std::size_t Engine::half_open() const { return impl_->negotiations; }

}  // namespace latchkey::api
