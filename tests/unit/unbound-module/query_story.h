#pragma once
// A resolver and a gate that a test plays, for one question's story.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>

#include "unbound-module/held_questions.h"
#include "unbound-module/query.h"

namespace latchkey::unbound {

using base::Buffer;

inline Buffer wire(std::string_view name) {
  Buffer out;
  while (!name.empty()) {
    const auto dot = name.find('.');
    const auto label = name.substr(0, dot);
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  out.push_back(0);
  return out;
}

inline const Buffer kKey = *base::from_hex("0a0004dd64d7814be99f5465097 9e6f348066362d9fc4ad450466d677dc80e2f327e13");

/// An answer that owns what it shows.
class Answer {
 public:
  explicit Answer(lk_security security = LK_SECURE, int rcode = 0) {
    answer_.rcode = rcode;
    answer_.security = security;
  }
  /// The validator's word about the RRset added last.
  Answer& is(lk_security security) {
    rrsets_.back().security = security;
    return *this;
  }
  Answer& add(std::string_view owner, std::uint16_t type, std::vector<Buffer> rdata, std::uint32_t ttl = 300,
              lk_section section = LK_ANSWER) {
    Held& held = held_.emplace_back(Held{wire(owner), std::move(rdata), {}});
    for (const Buffer& one : held.rdata) held.views.push_back(view(base::Bytes(one)));
    rrsets_.push_back({view(base::Bytes(held.owner)), type, section, answer_.security, ttl, UINT32_MAX,
                       held.views.size(), held.views.data()});
    answer_.count = rrsets_.size();
    answer_.rrsets = rrsets_.data();
    return *this;
  }
  const lk_answer& get() const { return answer_; }

 private:
  struct Held {
    Buffer owner;
    std::vector<Buffer> rdata;
    std::vector<lk_bytes> views;
  };
  std::deque<Held> held_;
  std::vector<lk_rrset> rrsets_;
  lk_answer answer_{};
};

inline Buffer v4(int last) { return {192, 0, 2, static_cast<std::uint8_t>(last)}; }

class FakeGate final : public Gate {
 public:
  WorkerId add_worker() override { return WorkerId{1}; }
  int worker_fd(WorkerId) const override { return -1; }
  void remove_worker(WorkerId) override {}
  void want(Want want) override { wants.push_back(std::move(want)); }
  void forget(WorkerId, Ticket ticket) override { forgotten.insert(ticket.value); }
  std::vector<Done> take(WorkerId, std::size_t most) override {
    std::vector<Done> taken(done.begin(), done.begin() + static_cast<std::ptrdiff_t>(std::min(most, done.size())));
    done.erase(done.begin(), done.begin() + static_cast<std::ptrdiff_t>(taken.size()));
    return taken;
  }
  void decided(Decision decision) override { decisions.push_back(std::move(decision)); }
  bool hold(base::Bytes name, const std::optional<base::Address>& client, std::optional<Bound> on_worker) override {
    const auto bound = on_worker ? on_worker : held.enter(client);
    if (bound) turned_away.push_back(name_text(name));
    return !bound;
  }
  void let_go(const std::optional<base::Address>& client) override { held.leave(client); }
  void released_in_clear(const base::Address& address, std::uint32_t) override { clear.push_back(address.to_string()); }
  void key_removed(const std::string& name) override { removed.push_back(name); }
  void answer(std::size_t want, Verdict verdict, std::uint32_t lease = 1000) {
    done.push_back({wants.at(want).ticket, verdict, "why", lease, verdict == Verdict::up ? live : nullptr,
                    verdict == Verdict::up ? kept : nullptr});
  }
  Stale take_stale(std::size_t) override { return std::exchange(stale, {}); }
  /// What the engine thread does, and a worker then.
  void lose(MessageCache& cache) {
    *kept = false;
    cache.drop(wire("www.example"));
  }

  HeldQuestions held{1000};
  std::shared_ptr<std::atomic<bool>> live = std::make_shared<std::atomic<bool>>(true);
  std::shared_ptr<std::atomic<bool>> kept = std::make_shared<std::atomic<bool>>(true);
  Stale stale;
  std::vector<std::string> turned_away;
  std::vector<Want> wants;
  std::set<std::uint64_t> forgotten;
  std::vector<Done> done;
  std::vector<Decision> decisions;
  std::vector<std::string> clear;
  std::vector<std::string> removed;
};

class FakeCache final : public MessageCache {
 public:
  void drop(base::Bytes name) override { messages.erase(canonical(name)); }
  void drop_all() override { messages.clear(); }

  std::set<std::string> messages;  ///< by name
};

class FakeResolver final : public Resolver {
 public:
  void look_up_beside(base::Bytes name, std::uint16_t type) override {
    beside.push_back(name_text(name) + " " + type_text(type));
  }
  bool look_up(base::Bytes name, std::uint16_t type, bool cd) override {
    lookups.push_back(name_text(name) + " " + type_text(type) + (cd ? " cd" : ""));
    return can_look_up && !refused_lookups.contains(lookups.back());
  }
  const lk_answer& current() override { return answer.get(); }
  bool has_clients() override { return clients; }
  bool any_dnssec_ok() override { return dnssec_ok; }
  std::optional<base::Address> first_client() override { return client; }
  void store(bool with_message) override { stored.push_back(with_message ? "message" : "rrsets"); }
  void store_failure() override { stored.push_back("failure"); }
  void store_while_up(std::uint32_t ttl_s) override {
    if (before_keeping) before_keeping();
    cache.messages.insert(canonical(answer_name));
    kept_for_s = ttl_s;
  }
  void uncache() override { uncached = true; }
  bool rewrite(const std::vector<lk_edit>& what, bool is_altered) override {
    for (const lk_edit& edit : what) {
      Edit copy{edit.rrset, edit.drop != 0, edit.ttl_cap_s, {}};
      if (edit.keep) copy.keep.assign(edit.keep, edit.keep + answer.get().rrsets[edit.rrset].count);
      edits.push_back(copy);
    }
    altered = is_altered;
    return true;
  }
  bool no_data(std::uint32_t ttl) override { return no_data_ttl = ttl, true; }
  void refuse(const char*) override { refused = true; }
  void refuse_by_policy(const char*) override { refused = refused_by_policy = true; }
  bool set_timer(std::uint32_t ms) override { return timer_ms = ms, true; }
  void clear_timer() override { timer_ms = 0; }
  void keep_uncached() override { kept_uncached = true; }
  void look_in_no_cache() override { looked_in_no_cache = true; }
  bool only_translated() override { return translated; }
  void give_on(bool kept) override { given_on = kept ? "kept" : "once"; }
  std::uint64_t now_us() override { return now += pace_us; }
  void resume() override { resumed = true; }

  struct Edit {
    std::size_t rrset;
    bool drop;
    std::uint32_t ttl_cap;
    std::vector<int> keep;
  };
  Answer answer;
  bool clients = true, dnssec_ok = false, can_look_up = true;
  std::optional<base::Address> client = base::Address::parse("192.168.7.9");
  std::vector<std::string> beside, lookups, stored;
  std::set<std::string> refused_lookups;  ///< they wait for this one
  std::vector<Edit> edits;
  bool altered = false, uncached = false, refused = false, refused_by_policy = false, kept_uncached = false,
       looked_in_no_cache = false, resumed = false;
  bool translated = false;        ///< only a module in front of us waits
  std::string given_on = "none";  ///< to it
  std::uint32_t no_data_ttl = 0, timer_ms = 0, kept_for_s = 0;
  FakeCache cache;
  Buffer answer_name = wire("www.example");
  std::function<void()> before_keeping;  ///< what happens between a decision and the store
  std::uint64_t now = 1'000'000;
  std::uint64_t pace_us = 0;  ///< the clock's step at each look
};

class QueryStory : public testing::Test {
 protected:
  void ask(std::uint16_t type = kTypeA, std::string_view name = "www.example", std::uint16_t qclass = 1) {
    name_ = wire(name);
    query = std::make_unique<Query>(resolver, *worker,
                                    lk_question{view(base::Bytes(name_)), type, qclass, 1, cd ? 1 : 0, 0});
    EXPECT_EQ(query->begin(), LK_PASS_ON);
  }
  void configure(Unsigned word) { worker = std::make_unique<Worker>(gate, memory, Settings{word, 4'000'000, 300'000}); }
  lk_next key_answered(const Answer& answer, std::string_view name = "www.example") {
    query->looked_up(wire(name), kTypeIpseckey, answer.get());
    return query->again();
  }
  /// The question with these addresses, up to its key's lookup.
  lk_next resolve(std::vector<Buffer> addresses = {v4(1)}, lk_security security = LK_SECURE) {
    resolver.answer = Answer(security);
    resolver.answer.add("www.example", kTypeA, std::move(addresses));
    ask();
    return query->resolved();
  }
  lk_next has_key(lk_security security = LK_SECURE, std::vector<Buffer> records = {kKey}) {
    Answer key(security);
    key.add("www.example", kTypeIpseckey, std::move(records), 200);
    return key_answered(key);
  }
  /// The question with these addresses and a key, up to the wishes.
  lk_next hold(std::vector<Buffer> addresses, lk_security security = LK_SECURE, std::vector<Buffer> records = {kKey}) {
    EXPECT_EQ(resolve(std::move(addresses), security), LK_HOLD);
    return has_key(security, std::move(records));
  }
  void other_family(const Answer& answer) { query->looked_up(wire("www.example"), kTypeAaaa, answer.get()); }
  /// The other family has an address too.
  void with_ipv6() {
    Answer six;
    six.add("www.example", kTypeAaaa, {Buffer(16, 0x20)});
    other_family(six);
  }
  lk_next outcome(std::size_t want, Verdict verdict, std::uint32_t lease = 1000) {
    gate.answer(want, verdict, lease);
    EXPECT_EQ(worker->deliver(32), 1U);
    return query->again();
  }
  std::string verdict() const { return gate.decisions.empty() ? "none" : gate.decisions.back().verdict; }

  FakeGate gate;
  FakeResolver resolver;
  PrivateNames memory;
  std::unique_ptr<Worker> worker = std::make_unique<Worker>(gate, memory, Settings{});
  std::unique_ptr<Query> query;
  bool cd = false;
  Buffer name_;
};

}  // namespace latchkey::unbound
