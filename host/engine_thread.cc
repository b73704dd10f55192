#include "host/engine_thread.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <thread>

#include "host/control_socket.h"
#include "host/loop.h"
#include "host/own_addresses.h"
#include "host/udp.h"
#include "ike-engine/api/engine.h"

namespace latchkey::host {
namespace {

/// The operating system's generator.
class SystemRandom final : public api::Random {
 public:
  void fill(base::MutableBytes out) override {
    while (!out.empty()) {
      const ssize_t got = ::getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) std::abort();  // nothing safe could follow
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

base::Duration unix_offset(base::TimePoint now) {
  const auto unix_now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<base::Duration>(unix_now) - now.time_since_epoch();
}

using Opened = std::expected<void, std::string>;

struct Ports {
  std::uint16_t ike, nat;
};

/// What lives on the thread: made, used and destroyed there.
class Hosted final : public Services {
 public:
  Hosted(const EngineSettings& settings, const Log& log, Tenant& tenant, Loop& loop)
      : ports_{settings.engine.ike_port, settings.engine.nat_port},
        policy_expiry_(settings.kernel.policy_expiry),
        log_(log),
        tenant_(tenant),
        loop_(loop),
        kernel_(random_, settings.kernel),
        engine_(std::make_unique<api::Engine>(settings.engine, random_, kernel_)) {}

  Opened open();
  void close_down();

  base::Result<api::SessionId> negotiate(api::ConnectRequest request, base::TimePoint now) override;
  base::Result<void> serve(const api::ResponderConfig& responder) override { return engine_->serve(responder); }
  void close(api::SessionId session, base::TimePoint now) override { engine_->close(session, now); }
  base::Result<api::ChildCounters> counters(api::SessionId session) override { return engine_->counters(session); }
  void hold_guard(const base::Address& remote, base::TimePoint until) override {
    (void)kernel_.hold_guard(remote, until);
  }
  void release_guard(const base::Address& remote) override { kernel_.release_guard(remote); }
  bool is_own(const base::Address& address) const override { return own_.contains(address); }
  api::EngineStats stats() const override { return engine_->stats(); }
  std::size_t half_open_clients() const override { return engine_->half_open_clients(); }

 private:
  Opened open_sockets();
  Opened prepare(const UdpSocket& socket);
  void watch();
  void receive(const UdpSocket& socket);
  void woken();
  void time_has_passed();
  void sas_have_expired();
  void settle();
  void send(const api::Datagram& datagram);

  const Ports ports_;
  const std::chrono::seconds policy_expiry_;
  const Log& log_;
  Tenant& tenant_;
  Loop& loop_;
  SystemRandom random_;
  xfrm::XfrmKernel kernel_;
  std::unique_ptr<api::Engine> engine_;  // before the kernel goes: its handles live in there
  OwnAddresses own_;
  UdpReceiver receiver_;
  std::vector<UdpSocket> sockets_;
  std::unique_ptr<ControlSocket> control_;
};

Opened Hosted::open() {
  const base::TimePoint now = monotonic_now();
  if (!kernel_.check()) return std::unexpected(kernel_.last_error());
  if (auto sockets = open_sockets(); !sockets) return sockets;
  auto control = ControlSocket::open(loop_, control_socket_path(), [this](std::string_view request) {
    std::string reply = tenant_.control(request, monotonic_now());
    settle();
    return reply;
  });
  if (!control) return std::unexpected(control.error());
  control_ = std::move(*control);
  const auto recovered = kernel_.startup(now);
  if (!recovered) return std::unexpected(kernel_.last_error());
  if (recovered->sas + recovered->policies > 0) {
    log_.warning("recovered", {{"sas_removed", recovered->sas}, {"policies_left_to_expire", recovered->policies}});
  }
  own_.refresh(now);
  tenant_.start(*this, now);
  watch();
  settle();
  log_.info("engine_started", {{"ike_port", ports_.ike}, {"nat_port", ports_.nat}});
  return {};
}

Opened Hosted::open_sockets() {
  sockets_.reserve(4);  // they are watched by reference
  for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
    if (!UdpSocket::has(family)) continue;
    for (const bool nat_port : {false, true}) {
      auto socket = UdpSocket::open(family, nat_port ? ports_.nat : ports_.ike, nat_port);
      if (!socket) return std::unexpected(socket.error());
      if (auto prepared = prepare(*socket); !prepared) return prepared;
      sockets_.push_back(std::move(*socket));
    }
  }
  if (sockets_.empty()) return std::unexpected("this host has neither IPv4 nor IPv6");
  return {};
}

Opened Hosted::prepare(const UdpSocket& socket) {
  const bool ready = kernel_.bypass(socket.fd(), socket.family()).has_value() &&
                     (!socket.nat_port() || kernel_.enable_udp_encap(socket.fd()).has_value());
  if (!ready) return std::unexpected(fmt::format("UDP port {}: {}", socket.port(), kernel_.last_error()));
  return {};
}

void Hosted::watch() {
  for (const UdpSocket& socket : sockets_) loop_.on_readable(socket.fd(), [this, &socket] { receive(socket); });
  loop_.on_readable(tenant_.wake_fd(), [this] { woken(); });
  if (kernel_.events_fd() >= 0) loop_.on_readable(kernel_.events_fd(), [this] { sas_have_expired(); });
  loop_.on_timer([this] { time_has_passed(); });
}

void Hosted::receive(const UdpSocket& socket) {
  const base::TimePoint now = monotonic_now();
  // The wall clock may have been set since, or have gone on while the host slept.
  engine_->set_wall_clock(unix_offset(now));
  receiver_.receive(socket,
                    [&](base::Bytes datagram, const api::Path& path) { engine_->receive(datagram, path, now); });
  settle();
}

void Hosted::woken() {
  const base::TimePoint now = monotonic_now();
  if (own_.refresh(now)) {
    log_.info("network_changed", {});
    tenant_.network_changed(now);
  }
  tenant_.woken(now);
  settle();
}

void Hosted::time_has_passed() {
  const base::TimePoint now = monotonic_now();
  if (engine_->next_deadline() <= now) engine_->expire(now);
  if (tenant_.next_deadline() <= now) tenant_.expire(now);
  if (kernel_.next_refresh() <= now && !kernel_.refresh(now)) {
    log_.error("kernel", {{"doing", "refresh"}, {"reason", kernel_.last_error()}});
  }
  settle();
}

/// By traffic, or because the engine did not replace them in time.
void Hosted::sas_have_expired() {
  const base::TimePoint now = monotonic_now();
  const std::uint64_t lost = kernel_.events_lost();
  for (const api::Expired& sa : kernel_.take_events()) {
    log_.debug("sa_expired", {{"destination", sa.destination.to_string()}, {"hard", sa.hard ? "yes" : "no"}});
    engine_->expired(sa, now);
  }
  if (kernel_.events_lost() != lost) log_.warning("kernel_events_lost", {{"times", kernel_.events_lost()}});
  settle();
}

/// Everything that the last call brought forth goes where it belongs; then the timer is set.
void Hosted::settle() {
  const base::TimePoint now = monotonic_now();
  for (;;) {
    const api::Output output = engine_->take_output();
    if (output.datagrams.empty() && output.events.empty()) break;
    for (const api::Datagram& datagram : output.datagrams) send(datagram);
    for (const api::Event& event : output.events) tenant_.event(event, now);
  }
  loop_.arm(std::min({engine_->next_deadline(), tenant_.next_deadline(), kernel_.next_refresh()}), now);
}

void Hosted::send(const api::Datagram& datagram) {
  const auto socket = std::ranges::find_if(sockets_, [&](const UdpSocket& s) {
    return s.family() == datagram.path.remote.address.family() && s.nat_port() == datagram.path.nat_port;
  });
  if (socket != sockets_.end() && socket->send(datagram)) return;
  log_.debug("not_sent", {{"peer", datagram.path.remote.to_string()}});
}

base::Result<api::SessionId> Hosted::negotiate(api::ConnectRequest request, base::TimePoint now) {
  const auto local = kernel_.source_address(request.remote);
  if (!local) return std::unexpected(local.error());
  // What goes to a host behind a gateway has to have the selectors' source.
  if (request.behind) {
    const auto inner = kernel_.source_address(*request.behind);
    if (!inner) return std::unexpected(inner.error());
    if (*inner != *local)
      return base::fail(base::Errc::unsupported, "we have one address for the host and another for its gateway");
  }
  request.local = {*local, ports_.ike};
  return engine_->connect(request, now);
}

void Hosted::close_down() {
  const base::TimePoint now = monotonic_now();
  tenant_.stop(now);
  for (const api::Datagram& datagram : engine_->take_output().datagrams) send(datagram);
  engine_.reset();
  if (const std::size_t held = kernel_.shutdown(now); held > 0)
    log_.info("still_blocked", {{"addresses", held}, {"at_most_s", policy_expiry_.count()}});
}

}  // namespace

struct EngineThread::Impl {
  Loop loop;
  std::thread thread;
};

namespace {

/// The thread. Whatever goes wrong before the loop runs is the operator's to read.
void live(Loop& loop, const EngineSettings& settings, const Log& log, Tenant& tenant, std::promise<Opened> opened) {
  ::pthread_setname_np(::pthread_self(), "latchkey");
  std::unique_ptr<Hosted> hosted;
  Opened result;
  try {
    hosted = std::make_unique<Hosted>(settings, log, tenant, loop);
    result = hosted->open();
  } catch (const std::exception& error) {
    result = std::unexpected(std::string(error.what()));
  }
  const bool ready = result.has_value();
  if (!ready) hosted.reset();  // nothing may be left when start() returns
  opened.set_value(std::move(result));
  if (!ready) return;
  loop.run();
  hosted->close_down();
}

}  // namespace

EngineThread::EngineThread(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::expected<std::unique_ptr<EngineThread>, std::string> EngineThread::start(const EngineSettings& settings,
                                                                              const Log& log, Tenant& tenant) {
  auto impl = std::make_unique<Impl>();
  std::promise<Opened> opened;
  auto result = opened.get_future();
  // Signals are Unbound's: the thread is born with all of them blocked.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  impl->thread =
      std::thread(live, std::ref(impl->loop), std::cref(settings), std::cref(log), std::ref(tenant), std::move(opened));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const Opened ready = result.get();
  if (!ready) {
    impl->thread.join();
    return std::unexpected(ready.error());
  }
  return std::unique_ptr<EngineThread>(new EngineThread(std::move(impl)));
}

EngineThread::~EngineThread() {
  impl_->loop.stop();
  impl_->thread.join();
}

}  // namespace latchkey::host
