#include "unbound-module/race.h"

#include <algorithm>

namespace latchkey::unbound {

std::string_view Race::to_string(Standing standing) {
  switch (standing) {
    case Standing::open: return "open";
    case Standing::asked: return "asked";
    case Standing::up: return "up";
    case Standing::failed: return "failed";
    case Standing::refused: return "refused";
  }
  return "?";
}

void Race::add(Candidate candidate) {
  const auto same_family =
      std::count_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) { return c.own == candidate.own; });
  if (static_cast<std::size_t>(same_family) >= kMaxAddresses) {
    if (candidate.own) ++own_left_out_;
    return;
  }
  if (!candidate.has_key) {
    candidate.standing = Standing::refused;
    candidate.reason = "no key for this address";
  }
  candidates_.push_back(std::move(candidate));
}

std::size_t Race::count(bool own, Standing standing) const {
  return static_cast<std::size_t>(std::count_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) {
    return c.own == own && c.standing == standing;
  }));
}

void Race::ask(bool own, std::size_t at_a_time, std::vector<std::size_t>& places) {
  std::size_t under_way = count(own, Standing::asked);
  for (std::size_t i = 0; i < candidates_.size() && under_way < at_a_time; ++i) {
    if (candidates_[i].own != own || candidates_[i].standing != Standing::open) continue;
    candidates_[i].standing = Standing::asked;
    places.push_back(i);
    ++under_way;
  }
}

/// Others of its addresses may still be under way for seconds.
void Race::forget_lost() {
  for (Candidate& candidate : candidates_) {
    if (candidate.standing != Standing::up || !candidate.live || *candidate.live) continue;
    candidate.standing = Standing::failed;
    candidate.reason = "the tunnel has gone";
  }
}

std::vector<std::size_t> Race::next() {
  forget_lost();
  std::vector<std::size_t> places;
  if (need_all_)
    ask(true, kMaxAddresses, places);
  else if (count(true, Standing::up) == 0)
    ask(true, kAtATime, places);
  if (!need_all_ && count(false, Standing::up) == 0) ask(false, kAtATime, places);
  return places;
}

void Race::outcome(std::size_t place, const Done& done) {
  if (place >= candidates_.size() || candidates_[place].standing != Standing::asked) return;
  Candidate& candidate = candidates_[place];
  candidate.reason = done.reason;
  candidate.limited = done.verdict == Verdict::limit;
  switch (done.verdict) {
    case Verdict::up:
      candidate.standing = Standing::up;
      candidate.lease_left_s = done.lease_left_s;
      candidate.live = done.live;
      candidate.kept = done.kept;
      break;
    case Verdict::forbidden:
    case Verdict::conflict: candidate.standing = Standing::refused; break;
    case Verdict::failed:
    case Verdict::limit: candidate.standing = Standing::failed; break;
  }
  const bool in_vain = done.verdict != Verdict::up && done.verdict != Verdict::limit;  // a limit is ours, not the way's
  if (!in_vain || candidate.way + 1 >= candidate.ways) return;
  ++candidate.way;
  candidate.standing = Standing::open;
}

Race::State Race::without_tunnel() const {
  return count(true, Standing::failed) + count(true, Standing::asked) + count(true, Standing::open) == 0
             ? State::filtered
             : State::failed;
}

Race::State Race::state() const {
  const std::size_t up = count(true, Standing::up);
  const std::size_t under_way = count(true, Standing::asked);
  const std::size_t open = count(true, Standing::open);
  if (need_all_) {
    if (own_left_out_ > 0 || count(true, Standing::failed) > 0) return State::failed;
    if (count(true, Standing::refused) > 0) return up + under_way + open == 0 ? State::filtered : State::failed;
    return under_way + open == 0 ? State::release : State::waiting;
  }
  if (up > 0) return under_way > 0 ? State::settling : State::release;
  const bool other_up = count(false, Standing::up) > 0;
  if (under_way + open > 0) return other_up ? State::other_up : State::waiting;
  if (other_up) return State::no_data;
  if (other_pending_ || count(false, Standing::asked) + count(false, Standing::open) > 0) return State::waiting;
  return without_tunnel();
}

Race::State Race::at_deadline() const {
  const State now = state();
  if (now == State::settling) return State::release;
  if (now == State::other_up) return State::no_data;
  return now == State::waiting ? without_tunnel() : now;
}

const Race::Candidate* Race::find(const base::Address& address) const {
  const auto found =
      std::find_if(candidates_.begin(), candidates_.end(), [&](const Candidate& c) { return c.address == address; });
  return found == candidates_.end() ? nullptr : &*found;
}

bool Race::limited() const {
  return std::any_of(candidates_.begin(), candidates_.end(), [](const Candidate& c) { return c.own && c.limited; });
}

std::string Race::reason() const {
  for (const Candidate& c : candidates_)
    if (c.own && c.standing != Standing::up && !c.reason.empty()) return c.address.to_string() + ": " + c.reason;
  return "no answer in time";
}

}  // namespace latchkey::unbound
