#include "control/daemon/daemon.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <system_error>

#include "control/daemon/daemon_status.h"
#include "control/daemon/words.h"

namespace latchkey::control {
namespace {

int make_eventfd() {
  const int fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

std::string inner_text(const api::Established& agreed) {
  std::string text;
  if (agreed.inner_remote) text = agreed.inner_remote->to_string();
  if (agreed.inner_local) text = "own " + agreed.inner_local->to_string();
  return text.empty() ? "-" : text;
}

}  // namespace

Daemon::Daemon(Setup setup, const host::Log& log) : log_(log), wake_fd_(make_eventfd()), waiting_(std::move(setup)) {}

Daemon::~Daemon() { ::close(wake_fd_); }

void Daemon::reconfigure(Setup setup) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(setup);
  }
  const std::uint64_t one = 1;
  const ssize_t written = ::write(wake_fd_, &one, sizeof one);
  (void)written;  // it can only fail when it is readable already
}

void Daemon::start(host::Services& services, base::TimePoint now) {
  services_ = &services;
  connections_ = std::make_unique<Connections>(services, log_);
  woken(now);
}

void Daemon::stop(base::TimePoint now) {
  connections_->configure({}, now);
  for (const auto& [session, view] : sessions_) services_->close(session, now);
}

void Daemon::woken(base::TimePoint now) {
  std::uint64_t count = 0;
  const ssize_t got = ::read(wake_fd_, &count, sizeof count);
  (void)got;
  std::optional<Setup> setup;
  {
    const std::lock_guard lock(mutex_);
    setup = std::exchange(waiting_, std::nullopt);
  }
  if (setup) use(std::move(*setup), now);
}

void Daemon::use(Setup setup, base::TimePoint now) {
  if (setup.responder) {
    if (const auto served = services_->serve(*setup.responder); !served) {
      refusal_ = served.error().text;
      log_.error("setup_refused", {{"reason", refusal_}});
      return;
    }
    log_.info("serving",
              {{"identities", setup.responder->identities.size()}, {"peers", setup.responder->peers.size()}});
  }
  connections_->configure(std::move(setup.connections), now);
}

void Daemon::event(const api::Event& event, base::TimePoint now) {
  if (const auto* agreed = std::get_if<api::Established>(&event)) came(*agreed, now);
  if (const auto* fresh = std::get_if<api::Rekeyed>(&event)) rekeyed(*fresh);
  if (const auto* down = std::get_if<api::Down>(&event)) went(*down);
  if (const auto* step = std::get_if<api::Progress>(&event)) tell(*step, now);
  connections_->event(event, now);
}

void Daemon::came(const api::Established& agreed, base::TimePoint now) {
  sessions_.insert_or_assign(agreed.session, SessionView{agreed, now});
  log_.info("session_up", {{"session", agreed.session.value},
                           {"peer", agreed.peer},
                           {"address", agreed.path.remote.to_string()},
                           {"inner", inner_text(agreed)},
                           {"proof", api::to_string(agreed.proof)},
                           {"key", agreed.key_name},
                           {"auth", agreed.auth_scheme},
                           {"ike", agreed.ike.to_string()},
                           {"esp", agreed.esp.to_string()},
                           {"mode", mode_word(agreed.mode)},
                           {"encapsulation", encapsulation_word(agreed.encapsulated)},
                           {"spi_in", spi_text(agreed.spi_in)},
                           {"spi_out", spi_text(agreed.spi_out)}});
}

void Daemon::rekeyed(const api::Rekeyed& fresh) {
  const auto found = sessions_.find(fresh.session);
  if (found == sessions_.end()) return;
  api::Established& agreed = found->second.agreed;
  agreed.esp = fresh.esp;
  agreed.spi_in = fresh.spi_in;
  agreed.spi_out = fresh.spi_out;
  log_.info("rekeyed", {{"session", fresh.session.value},
                        {"esp", fresh.esp.to_string()},
                        {"spi_in", spi_text(fresh.spi_in)},
                        {"spi_out", spi_text(fresh.spi_out)}});
}

void Daemon::went(const api::Down& down) {
  const auto found = sessions_.find(down.session);
  if (found == sessions_.end()) return;
  log_.info("session_down", {{"session", down.session.value},
                             {"peer", found->second.agreed.peer},
                             {"address", found->second.agreed.path.remote.to_string()},
                             {"reason", api::to_string(down.reason)}});
  sessions_.erase(found);
}

void Daemon::tell(const api::Progress& step, base::TimePoint now) {
  if (step.step == "client_refused") return refused_.note(step.detail, now);
  const auto connection = connections_->name_of(step.session);
  log_.debug(step.step, {{"session", step.session.value}, {"connection", connection.value_or("-")}, {"", step.detail}});
}

std::size_t Daemon::terminate(std::string_view whom, base::TimePoint now) {
  const std::string text(whom);
  std::vector<api::SessionId> sessions;
  for (const auto& [session, view] : sessions_) {
    const api::Established& agreed = view.agreed;
    const bool meant = text == std::to_string(session.value) || text == agreed.path.remote.address.to_string() ||
                       (agreed.inner_remote && text == agreed.inner_remote->to_string());
    if (meant) sessions.push_back(session);
  }
  for (const api::SessionId session : sessions) services_->close(session, now);
  return sessions.size();
}

std::string Daemon::control(std::string_view request, base::TimePoint now) {
  return answer_control(request, {.sessions = sessions_,
                                  .connections = connections_->all(now),
                                  .services = *services_,
                                  .clients_refused = refused_.count(),
                                  .terminate = [&](std::string_view whom) { return terminate(whom, now); },
                                  .now = now});
}

}  // namespace latchkey::control
