#include "unbound-module/query.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace latchkey::unbound {
namespace {

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kClassAny = 255;

std::uint16_t other_family(std::uint16_t type) { return type == kTypeA ? kTypeAaaa : kTypeA; }

bool holds_addresses(const lk_rrset& rrset, std::uint16_t type) {
  return rrset.section == LK_ANSWER && rrset.type == type && rrset.count > 0;
}

bool has_addresses(const lk_answer& answer, std::uint16_t type) {
  for (std::size_t i = 0; i < answer.count; ++i)
    if (holds_addresses(answer.rrsets[i], type)) return true;
  return false;
}

/// How the lookup itself ended; whether its records can be used is another matter.
KeyStatus lookup_status(const lk_answer& answer, bool found) {
  constexpr int kNoError = 0, kNameError = 3;
  if (answer.rcode != kNoError && answer.rcode != kNameError) return KeyStatus::failed;
  if (answer.security == LK_BOGUS) return KeyStatus::bogus;
  const bool secure = answer.security == LK_SECURE;
  if (found) return secure ? KeyStatus::secure : KeyStatus::insecure;
  return secure ? KeyStatus::absent_secure : KeyStatus::absent_insecure;
}

}  // namespace

bool Query::concerns_us(const lk_question& question, bool has_clients) {
  const bool internet = question.qclass == kClassIn || question.qclass == kClassAny;
  return has_clients || (internet && carries_addresses(question.type));
}

Query::Query(Resolver& resolver, Worker& worker, const lk_question& question)
    : resolver_(resolver),
      worker_(worker),
      name_(base::to_buffer(view(question.name))),
      type_(question.type),
      cd_(question.checking_disabled != 0),
      any_class_(question.qclass == kClassAny),
      ours_((question.qclass == kClassIn || any_class_) && carries_addresses(question.type) &&
            ((is_address_type(question.type) && !any_class_) || !worker.settings.observe)) {
  statuses_.unsigned_keys = worker.settings.unsigned_keys;
}

Query::~Query() {
  forget_wants();
  leave_place();
}

void Query::forget_wants() {
  for (const Ticket ticket : wants_) worker_.forget(ticket);
  wants_.clear();
}

lk_next Query::begin() {
  begun_us_ = resolver_.now_us();
  const bool observe = worker_.settings.observe;
  if (!observe && resolver_.has_clients() && blocked_by_name()) return act(Action::refuse_group);
  if (!ours_ || observe) resolver_.give_on(true);
  if (!ours_) return LK_PASS_ON;
  // Also if nobody waits yet: the iterator stores before the validator has its keys, and whoever sets CD would be
  // answered from the cache meanwhile.
  if (!observe) resolver_.keep_uncached();
  // What cachedb finds it puts into the message cache at once, whatever keep_uncached() says.
  if (!observe && worker_.settings.cachedb) resolver_.look_in_no_cache();
  if (is_address_type(type_) && !any_class_ && resolver_.has_clients()) resolver_.look_up_beside(name_, kTypeIpseckey);
  return LK_PASS_ON;
}

lk_next Query::resolved() {
  const lk_answer& answer = resolver_.current();
  if (answer.rcode < 0) {  // SERVFAIL of the resolver's own, which we kept from being cached
    if (ours_ && !worker_.settings.observe) resolver_.store_failure();
    resolver_.give_on(false);
    return LK_FINISHED;
  }
  if (resolver_.has_clients() && blocked_by_name()) return act(Action::refuse_group);
  if (worker_.settings.observe && (!ours_ || !resolver_.has_clients())) return LK_FINISHED;
  if (!ours_) return others_resolved(answer);
  // All classes at once come without addresses, as all types at once do: nobody but a person asks so.
  if (any_class_ || type_ == kTypeAny) return any_resolved(answer);
  if (is_address_type(type_)) return addresses_resolved(answer);
  return services_resolved(answer);
}

lk_next Query::again() {
  switch (phase_) {
    case Phase::resolving: return LK_HOLD;
    case Phase::key: return await_key();
    case Phase::race: return step();
    case Phase::over: break;
  }
  return LK_FINISHED;
}

// ---- by the type that was asked for ----

/// Nobody waits: the resolver looks a server's address up, or fetches ahead. It gets what it wants; but no message may
/// stay in the cache, where it would answer clients past us.
lk_next Query::internal_resolved(bool with_addresses) {
  if (with_addresses) resolver_.uncache();  // an expired one would be served again and again
  resolver_.store(!with_addresses);
  resolver_.give_on(false);
  return LK_FINISHED;
}

lk_next Query::addresses_resolved(const lk_answer& answer) {
  const bool with_addresses = has_addresses(answer, type_);
  if (!resolver_.has_clients()) return internal_resolved(with_addresses);
  if (answer.security == LK_BOGUS) {
    statuses_.address = Security::bogus;
    return act(Action::refuse_bogus);
  }
  if (!with_addresses) return release_plain(true, "released", "no address");

  const Chain chain = follow_aliases(name_, answer);
  address_end_ = base::to_buffer(chain.end());
  statuses_.alias = chain.security;
  statuses_.address = Security::secure;
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    if (!holds_addresses(rrset, type_)) continue;
    const Security security = security_of(rrset, answer);
    if (security == Security::bogus || statuses_.address == Security::secure) statuses_.address = security;
    address_good_for_s_ = std::min({address_good_for_s_, rrset.ttl_s, rrset.signed_for_s});
    for (std::size_t n = 0; n < rrset.count; ++n)
      if (const auto address = base::Address::from_bytes(view(rrset.rdata[n]))) own_.push_back(*address);
  }
  account_for_answer();
  judge(chain);
  if (rule_ && !asks_for_key(rule_->kind)) return act_without_key();
  if (!take_place()) {
    if (worker_.settings.observe) return finish("would-servfail-limit", "too many questions are held");
    return refuse(kCrowded, "servfail-limit", "too many questions are held");
  }
  phase_ = Phase::key;
  key_deadline_us_ = key_deadline();
  return ask_for_key(name_);
}

// ---- the key ----

lk_next Query::ask_for_key(base::Bytes name) {
  key_name_ = base::to_buffer(name);
  if (resolver_.look_up(name, kTypeIpseckey, false)) return await_key();
  return key_lost();
}

/// How long the key's lookup may take, in the resolver's time. An authority that drops IPSECKEY questions must neither
/// downgrade a signed name nor hold an unsigned one up that would be released anyway.
std::uint64_t Query::key_deadline() const {
  // Behind an unsigned alias, too: the key may be secure, and a cold chain of trust takes more than that moment.
  bool needed = statuses_.address == Security::secure || statuses_.unsigned_keys == Unsigned::require;
  if (rule_) needed = rule_->kind == host::GroupKind::private_only;
  if (worker_.settings.observe) return resolver_.now_us() + worker_.settings.unsigned_deadline_us;
  return needed ? begun_us_ + deadline_us() : attempt_deadline();
}

lk_next Query::await_key() {
  if (key_name_.empty() && !awaits_reverse_zone()) return key_known();
  // A lookup that has only just begun gets a moment: its answer may be in the cache.
  const std::uint64_t now = resolver_.now_us();
  const bool late = now >= key_deadline_us_;
  if (late && timed_) return key_lost();
  timed_ = true;
  return wait_until(late ? now : key_deadline_us_);
}

/// The lookup came to nothing, or takes too long: a failed one.
lk_next Query::key_lost() {
  if (awaits_reverse_zone()) {
    give_up_reverse_zones();
    return key_known();
  }
  key_name_.clear();
  key_ = KeyAnswer{};
  return key_known();
}

void Query::looked_up(base::Bytes name, std::uint16_t type, const lk_answer& answer) {
  if (phase_ == Phase::key && type == kTypeIpseckey && same_name(name, key_name_)) {
    const Chain chain = follow_aliases(name, answer);
    key_ = KeyAnswer{};
    key_.chain_end = base::to_buffer(chain.end());
    bool keys_secure = true;
    for (std::size_t i = 0; i < answer.count; ++i) {
      const lk_rrset& rrset = answer.rrsets[i];
      if (rrset.section != LK_ANSWER || rrset.type != kTypeIpseckey) continue;
      key_.good_for_s = std::min({key_.good_for_s, rrset.ttl_s, rrset.signed_for_s});
      for (std::size_t n = 0; n < rrset.count; ++n) key_.rdatas.push_back(base::to_buffer(view(rrset.rdata[n])));
      keys_secure = keys_secure && security_of(rrset, answer) == Security::secure;
    }
    key_.status = lookup_status(answer, !key_.rdatas.empty());
    // An insecure alias link makes the whole insecure, but not the key behind it: "unverified name".
    if (key_.status == KeyStatus::insecure && keys_secure) key_.status = KeyStatus::secure;
    key_name_.clear();
    return;
  }
  if (phase_ == Phase::key && type == kTypeIpseckey && heard_reverse_zone(name, answer)) return;
  if (phase_ != Phase::race || type != other_family(type_) || !same_name(name, name_)) return;
  race_.other_pending(false);
  // The other family's addresses count if they stand at the same end: only then are the keys theirs too.
  const Chain chain = follow_aliases(name, answer);
  if (answer.rcode != 0 || answer.security == LK_BOGUS || !same_name(chain.end(), address_end_)) return;
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    if (!holds_addresses(rrset, type)) continue;
    for (std::size_t n = 0; n < rrset.count; ++n)
      if (const auto address = base::Address::from_bytes(view(rrset.rdata[n])))
        add_candidate(*address, false, !is_kept_from_ike(chain, *address));
  }
}

/// The alias chains of address and key may end at different names: then the key at the address's end counts.
bool Query::ask_again_at_the_end() {
  if (asked_again_ || key_.status == KeyStatus::bogus || key_.status == KeyStatus::failed) return false;
  if (same_name(key_.chain_end, address_end_)) return false;
  asked_again_ = true;
  return true;
}

/// The set that counts; after that there is nothing to ask again.
void Query::read_keys() {
  if (key_.status != KeyStatus::secure && key_.status != KeyStatus::insecure) return;
  account_.key.records = key_.rdatas.size();
  keys_ = parse_set({key_.rdatas.begin(), key_.rdatas.end()});
  key_.rdatas = {};  // a held question keeps them once
}

/// The lookup's status, or `unusable` if its set holds nothing for any of the addresses.
KeyStatus Query::weigh_keys() {
  if (key_.status != KeyStatus::secure && key_.status != KeyStatus::insecure) return key_.status;
  for (const base::Address& address : own_) add_candidate(address, true, true);
  const bool secure = key_.status == KeyStatus::secure;
  const auto usable = [](const Race::Candidate& candidate) { return candidate.has_key; };
  const bool any = std::ranges::any_of(race_.candidates(), usable);
  const std::size_t skipped =
      own_.empty() ? 0 : routes_to(own_.front(), keys_, secure, word_about(own_.front())).skipped;
  worker_.gate.observed("ipseckey", name_text(name_),
                        std::string(secure ? "secure" : "insecure") +
                            " records=" + std::to_string(account_.key.records) + " skipped=" + std::to_string(skipped));
  return any ? key_.status : KeyStatus::unusable;
}

lk_next Query::key_known() {
  if (!reverse_asked_) {
    if (ask_again_at_the_end()) return ask_for_key(base::Buffer(address_end_));
    read_keys();
    if (ask_reverse_zones()) return await_key();
  }
  statuses_.key = weigh_keys();
  account_for_key();
  const std::string name = canonical(name_);
  const std::uint64_t now = resolver_.now_us();
  statuses_.seen_private = worker_.private_names.seen(name, now);
  const Action action = rule_ ? decide_in_group(rule_->kind, statuses_) : decide(statuses_);
  account_.key.seen_private = statuses_.seen_private;
  // Secure results only: an insecure alias can be anybody's, and its name never has a secure denial.
  if (action == Action::negotiate && verified(statuses_)) worker_.private_names.remember(name, now);
  const bool removed = statuses_.key == KeyStatus::absent_secure && worker_.private_names.forget(name);
  const Settings& settings = worker_.settings;
  if (removed && settings.drop_on_key_removed && !settings.observe) worker_.gate.key_removed(name_text(name_));
  return act(action);
}

lk_next Query::act(Action action) {
  account_.rule = to_string(action);
  if (worker_.settings.observe) return would(action);
  const bool answer_bogus = statuses_.address == Security::bogus || statuses_.alias == Security::bogus;
  const std::string reason = answer_bogus ? "address" : "ipseckey " + std::string(to_string(statuses_.key));
  switch (action) {
    case Action::release: {
      // What is not there, or does not count, may be answered from the cache; what failed is asked again next time.
      const bool settled = statuses_.key == KeyStatus::absent_secure || statuses_.key == KeyStatus::absent_insecure ||
                           (statuses_.unsigned_keys == Unsigned::ignore && !answer_secure(statuses_));
      // A key that comes later must not pull a tunnel over connections that have begun in clear.
      if (statuses_.key == KeyStatus::failed)
        for (const base::Address& address : own_ | std::views::take(kMaxAddresses))
          worker_.gate.released_in_clear(address, address_good_for_s_);
      return release_plain(settled, "released", reason);
    }
    case Action::negotiate: return start_race(true);
    case Action::attempt: return start_race(false);
    case Action::refuse_bogus: return refuse(kBogus, "servfail-bogus", reason);
    case Action::refuse_lookup: return refuse(kLookup, "servfail-lookup", reason);
    case Action::refuse_unusable: return refuse(kUnusable, "servfail-unusable", reason);
    case Action::refuse_no_key: return refuse(kNoKey, "servfail-nokey", reason);
    case Action::refuse_group: return refuse(kBlocked, "refused-group", account_.group);
    case Action::refuse_memory: return refuse(kMemory, "servfail-private", reason);
  }
  return refuse(kLookup, "servfail-lookup", reason);
}

// ---- the tunnels ----

lk_next Query::start_race(bool must) {
  // Policies on an address that DNS64 makes of this one there are none: its traffic would leave in clear.
  if (must && resolver_.only_translated())
    return refuse(kNotTranslated, "servfail-dns64", "no IPv6 address is made of a protected one");
  phase_ = Phase::race;
  must_ = must;
  payer_ = {resolver_.first_client(), canonical(address_end_)};
  resolver_.uncache();
  resolver_.store(false);  // the RRsets as they are, for the next question
  deadline_us_ = must ? begun_us_ + deadline_us() : attempt_deadline();
  if (must) race_.other_pending(look_up_other_family());
  return step();
}

/// Clients ask for both families at once, and with the same flags: what has the other CD is nobody's question, so two
/// held ones do not wait for each other. Only where clients with and without CD meet, that may be held as well, and
/// wait for this one already; then the other.
bool Query::look_up_other_family() {
  const std::uint16_t type = other_family(type_);
  return resolver_.look_up(name_, type, !cd_) || resolver_.look_up(name_, type, cd_);
}

void Query::want_next() {
  for (;;) {
    const std::vector<std::size_t> places = race_.next();
    if (places.empty()) return;
    for (const std::size_t place : places) {
      const Race::Candidate& candidate = race_.candidates()[place];
      Want wish;
      wish.name = name_text(name_);
      wish.address = candidate.address;
      std::vector<Route> ways = ways_to(candidate.address);
      Route& way = ways.at(candidate.way);
      wish.gateway = way.gateway;
      wish.keys = std::exchange(way.keys, {});
      for (const Route& other : ways) wish.beside.insert(wish.beside.end(), other.keys.begin(), other.keys.end());
      wish.verified = verified(statuses_);
      wish.ttl_s = std::min(address_good_for_s_, key_.good_for_s);
      if (!must_) wish.attempt_ms = static_cast<std::uint32_t>(attempt_us() / 1000);
      wish.payer = payer_;
      waited_.resize(std::max(waited_.size(), place + 1));
      waited_[place] = {since_begun(), {}};
      wants_.push_back(worker_.want(*this, place, std::move(wish)));
    }
    if (!worker_.synchronous) return;
    worker_.deliver_at_once();
  }
}

lk_next Query::step() {
  race_.need_all(must_ && resolver_.any_dnssec_ok());
  want_next();
  const std::uint64_t now = resolver_.now_us();
  Race::State state = race_.state();
  if (now >= deadline_us_) return settle(race_.at_deadline());
  if (!must_ && state == Race::State::no_data) state = Race::State::failed;
  if (state == Race::State::waiting) return wait_until(deadline_us_);
  if (state == Race::State::settling) return soon(first_up_us_, kSettleUs);
  if (state == Race::State::other_up) return soon(other_up_us_, kFamilySettleUs);
  return settle(state);
}

/// The end of the race as if it were its deadline, `time_us` after `since_us`, which is now if it is not set.
lk_next Query::soon(std::uint64_t& since_us, std::uint64_t time_us) {
  const std::uint64_t now = resolver_.now_us();
  if (since_us == 0) since_us = now;
  const std::uint64_t due = std::min(since_us + time_us, deadline_us_);
  return now >= due ? settle(race_.at_deadline()) : wait_until(due);
}

lk_next Query::wait_until(std::uint64_t due_us) {
  const std::uint64_t now = resolver_.now_us();  // the clock has gone on since the caller looked at it
  const std::uint64_t left_us = due_us > now ? due_us - now : 0;
  // Set anew each time: the loop's timers may run a little early.
  if (!resolver_.set_timer(static_cast<std::uint32_t>(left_us / 1000 + 1)))
    return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  return LK_HOLD;
}

lk_next Query::settle(Race::State state) {
  if (!must_) return release_race(true);
  switch (state) {
    case Race::State::release: return release_race(false);
    case Race::State::no_data:
      if (!resolver_.no_data(kNoDataTtl)) return refuse(kOutOfMemory, "servfail-memory", "out of memory");
      return finish("nodata-tunnel", "only the other family has a tunnel");
    case Race::State::filtered: return refuse(kFiltered, "servfail-filtered", race_.reason());
    case Race::State::waiting:
    case Race::State::settling:
    case Race::State::other_up:
    case Race::State::failed: break;
  }
  if (race_.limited()) return refuse(kLimit, "servfail-limit", race_.reason());
  const bool late = resolver_.now_us() >= deadline_us_;
  return refuse(late ? kTooLate : kNoTunnel, "servfail-tunnel", race_.reason());
}

// ---- the end ----

/// For how long the answer may be used, from now on. Nothing that this depends on was heard before the addresses were,
/// so all of it is taken to have run since then, which may be seconds.
std::uint32_t Query::ttl_cap(base::Duration and_more) {
  std::uint32_t cap = std::min(key_.good_for_s, address_good_for_s_);
  for (const Race::Candidate& candidate : race_.candidates())
    if (candidate.own && candidate.standing == Race::Standing::up) cap = std::min(cap, candidate.lease_left_s);
  const base::Duration since = account_.answer.after.value_or(base::Duration::zero());
  const auto run = std::chrono::ceil<std::chrono::seconds>(since_begun() - since + and_more).count();
  return cap > run ? cap - static_cast<std::uint32_t>(run) : 0;
}

lk_next Query::release_plain(bool with_message, const char* verdict, const std::string& reason) {
  if (worker_.settings.observe) return finish(verdict, reason);
  const std::vector<lk_edit> edits = without_additional(resolver_.current());
  if (!edits.empty()) {
    resolver_.store(false);  // the resolver wants its servers' addresses
    if (!resolver_.rewrite(edits, false)) return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  }
  resolver_.store(with_message);
  resolver_.give_on(with_message);
  return finish(verdict, reason);
}

lk_next Query::release_race(bool everything) {
  const lk_answer& answer = resolver_.current();
  std::vector<lk_edit> edits = without_additional(answer);
  std::vector<std::vector<std::uint8_t>> masks;
  const std::uint32_t cap = ttl_cap();
  std::size_t up = 0, left_out = 0;
  for (std::size_t i = 0; i < answer.count; ++i) {
    const lk_rrset& rrset = answer.rrsets[i];
    if (!holds_addresses(rrset, type_)) continue;
    std::vector<std::uint8_t> mask(rrset.count, 1);
    for (std::size_t n = 0; n < rrset.count; ++n) {
      const auto address = base::Address::from_bytes(view(rrset.rdata[n]));
      const Race::Candidate* candidate = address ? race_.find(*address) : nullptr;
      const bool is_up = candidate && candidate->standing == Race::Standing::up;
      if (is_up) ++up;
      if (candidate && !is_up && everything) worker_.gate.released_in_clear(*address, cap);
      if (is_up || everything) continue;
      mask[n] = 0;
      ++left_out;
    }
    const bool changed = std::find(mask.begin(), mask.end(), 0) != mask.end();
    masks.push_back(std::move(mask));
    edits.push_back({i, 0, cap, changed ? masks.back().data() : nullptr, nullptr});
  }
  if (!resolver_.rewrite(edits, left_out > 0)) return refuse(kOutOfMemory, "servfail-memory", "out of memory");
  if (everything) resolver_.give_on(false);
  const bool whole = left_out == 0;
  if (whole && !everything && may_be_kept()) keep_while_up();
  if (up > 0) account_.ttl_s = cap;
  const std::string counts = "up=" + std::to_string(up) + " left_out=" + std::to_string(left_out) +
                             (verified(statuses_) ? "" : " unverified name");
  return finish(up > 0 ? "released-tunnel" : "released-clear", counts);
}

lk_next Query::refuse(ExtendedError error, const char* verdict, const std::string& reason) {
  error_ = error;
  const std::string why = "latchkey: " + std::string(error.text);
  if (error.code == kBlocked.code)
    resolver_.refuse_by_policy(why.c_str());
  else
    resolver_.refuse(why.c_str());
  return finish(verdict, reason);
}

lk_next Query::finish(const char* verdict, const std::string& reason) {
  phase_ = Phase::over;
  resolver_.clear_timer();
  forget_wants();
  leave_place();
  account_.name = name_text(name_);
  account_.type = type_text(type_);
  account_.verdict = verdict;
  account_.reason = reason;
  account_.begun = base::TimePoint(std::chrono::microseconds(begun_us_));
  account_.took = since_begun();
  account_.error = error_;
  account_for_addresses();
  worker_.gate.decided(std::move(account_));
  return LK_FINISHED;
}

}  // namespace latchkey::unbound
