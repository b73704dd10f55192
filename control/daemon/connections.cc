#include "control/daemon/connections.h"

#include <algorithm>

#include "control/daemon/words.h"

namespace latchkey::control {
namespace {

api::ConnectRequest request_for(const Connection& connection, base::TimePoint deadline) {
  api::ConnectRequest request;
  request.remote = connection.remote;
  request.deadline = deadline;
  request.own = connection.own.clone();
  request.peers.push_back(connection.peer.clone());
  request.ask_for = connection.peer.id;
  request.mode = connection.mode;
  request.request_address = connection.request_address;
  if (connection.ppk) request.ppk = connection.ppk->clone();
  return request;
}

base::Duration pause_after(unsigned failures) {
  const unsigned doublings = std::min(failures, 10U);
  return std::min(Connections::kFirstPause * (1U << doublings), Connections::kLongestPause);
}

}  // namespace

void Connections::configure(std::vector<Connection> wanted, base::TimePoint now) {
  std::map<std::string, Line> old = std::move(lines_);
  lines_.clear();
  for (Connection& connection : wanted) {
    const auto before = old.find(connection.name);
    if (before != old.end() && same(before->second.wanted, connection)) {
      lines_.insert(old.extract(before));
      continue;
    }
    lines_[connection.name].wanted = std::move(connection);
  }
  for (auto& [name, line] : old) {
    if (line.session) services_.close(*line.session, now);
    // A connection that has only changed must not leave a moment in clear.
    if (!leads_to(line.wanted.remote)) services_.release_guard(line.wanted.remote);
  }
  for (auto& [name, line] : lines_) {
    if (!line.session && line.retry_at == base::kNever) begin(line, now);
  }
}

bool Connections::leads_to(const base::Address& remote) const {
  return std::ranges::any_of(lines_, [&](const auto& entry) { return entry.second.wanted.remote == remote; });
}

void Connections::begin(Line& line, base::TimePoint now) {
  line.retry_at = base::kNever;
  const auto session = services_.negotiate(request_for(line.wanted, now + kPatience), now);
  if (!session) return try_later(line, std::string(session.error().text), now);
  line.session = *session;
  log_.info("negotiate", {{"connection", line.wanted.name}, {"peer", line.wanted.remote.to_string()}});
}

void Connections::try_later(Line& line, std::string reason, base::TimePoint now) {
  line.session.reset();
  line.up = false;
  line.reason = std::move(reason);
  const base::Duration pause = pause_after(line.failures++);
  line.retry_at = now + pause;
  log_.warning("connection_waits", {{"connection", line.wanted.name},
                                    {"peer", line.wanted.remote.to_string()},
                                    {"reason", line.reason},
                                    {"retry_s", std::chrono::duration_cast<std::chrono::seconds>(pause).count()}});
}

Connections::Line* Connections::line_of(api::SessionId session) {
  const auto found = std::ranges::find_if(lines_, [&](const auto& entry) { return entry.second.session == session; });
  return found == lines_.end() ? nullptr : &found->second;
}

bool Connections::event(const api::Event& event, base::TimePoint now) {
  Line* line = line_of(std::visit([](const auto& e) { return e.session; }, event));
  if (!line) return false;
  if (std::holds_alternative<api::Established>(event)) {
    line->up = true;
    line->failures = 0;
    line->reason.clear();
    services_.hold_guard(line->wanted.remote, base::kNever);
  } else if (const auto* failed = std::get_if<api::Failed>(&event)) {
    try_later(*line, reason_text(*failed), now);
  } else if (const auto* down = std::get_if<api::Down>(&event)) {
    try_later(*line, std::string(api::to_string(down->reason)), now);
  }
  return true;
}

void Connections::expire(base::TimePoint now) {
  for (auto& [name, line] : lines_) {
    if (line.retry_at <= now) begin(line, now);
  }
}

base::TimePoint Connections::next_deadline() const {
  base::TimePoint next = base::kNever;
  for (const auto& [name, line] : lines_) next = std::min(next, line.retry_at);
  return next;
}

void Connections::network_changed(base::TimePoint now) {
  for (auto& [name, line] : lines_) {
    if (line.retry_at == base::kNever) continue;
    line.failures = 0;
    line.retry_at = now;
  }
}

std::optional<std::string> Connections::name_of(api::SessionId session) const {
  for (const auto& [name, line] : lines_) {
    if (line.session == session) return name;
  }
  return std::nullopt;
}

std::vector<ConnectionView> Connections::all(base::TimePoint now) const {
  std::vector<ConnectionView> views;
  for (const auto& [name, line] : lines_) {
    const bool waits = line.retry_at != base::kNever;
    views.push_back(
        {.name = name,
         .remote = line.wanted.remote,
         .state = waits     ? "waiting"
                  : line.up ? "up"
                            : "negotiating",
         .session = line.session,
         .reason = line.reason,
         .failures = line.failures,
         .retry_in = waits ? std::max(line.retry_at - now, base::Duration::zero()) : base::Duration::zero()});
  }
  return views;
}

}  // namespace latchkey::control
