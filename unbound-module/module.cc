// Our side of the shim: the process's one module, its workers, and the border that no exception crosses.

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "host/own_addresses.h"
#include "unbound-module/open_gate.h"
#include "unbound-module/query.h"
#include "unbound-module/shim.h"
#include "unbound-module/startup.h"

namespace latchkey::unbound {
namespace {

/// A burst of outcomes must not starve the worker's other questions.
constexpr std::size_t kOutcomesPerTurn = 32;

class ShimCache final : public MessageCache {
 public:
  explicit ShimCache(void* cache) : cache_(cache) {}
  void drop(base::Bytes name) override { lk_drop(cache_, view(name)); }
  void drop_all() override { lk_drop_all(cache_); }

 private:
  void* cache_;
};

/// One resolver thread's worker and its place in that thread's event loop.
struct Seat {
  Seat(Gate& gate, PrivateNames& names, const Settings& settings, void* query)
      : cache(lk_cache(query)), worker(gate, names, settings) {
    worker.cache = &cache;
  }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() { lk_unwatch(watch); }

  ShimCache cache;
  Worker worker;
  void* watch = nullptr;
};

/// The process's module. It outlives every reload: the gate's engine thread and the memory of private names stay.
struct Module {
  std::mutex mutex;  ///< guards seats
  Gate* gate = nullptr;
  Settings settings;
  PrivateNames private_names;
  std::vector<std::unique_ptr<Seat>> seats;
  std::atomic<std::uint64_t> generation{0};  ///< of starts; a seat of an earlier one is gone
  std::atomic<std::size_t> stories{0};
  std::atomic<std::uint32_t> kept{0};  ///< answers, while their tunnels are up
};

Module& module() {
  static Module* const the_module = new Module;  // never destroyed: threads of the engine may outlive main()
  return *the_module;
}

void log_line(lk_level level, const std::string& line) { lk_log(level, ("latchkey: " + line).c_str()); }

/// Memory may be short: no string is made.
void log_exception(const char* what) noexcept {
  std::array<char, 256> line{};
  std::snprintf(line.data(), line.size(), "latchkey: internal error: %s", what);
  lk_log(LK_ERROR, line.data());
}

class ShimResolver final : public Resolver {
 public:
  explicit ShimResolver(void* query) : query_(query) {}

  void look_up_beside(base::Bytes name, std::uint16_t type) override { lk_look_up_beside(query_, view(name), type); }
  bool look_up(base::Bytes name, std::uint16_t type, bool cd) override {
    return lk_look_up(query_, view(name), type, cd ? 1 : 0) != 0;
  }
  const lk_answer& current() override { return *lk_current(query_); }
  bool has_clients() override { return (lk_clients(query_) & 1) != 0; }
  bool any_dnssec_ok() override { return (lk_clients(query_) & 2) != 0; }
  std::optional<base::Address> first_client() override {
    const lk_address client = lk_first_client(query_);
    return base::Address::from_bytes(base::Bytes(client.octets).first(client.size));
  }
  void store(bool with_message) override { lk_store(query_, with_message ? 1 : 0); }
  void store_while_up(std::uint32_t ttl_s) override { lk_store_while_up(query_, ttl_s, ++module().kept); }
  void store_failure() override { lk_store_failure(query_); }
  void uncache() override { lk_uncache(query_); }
  bool rewrite(const std::vector<lk_edit>& edits, bool altered) override {
    return lk_rewrite(query_, edits.data(), edits.size(), altered ? 1 : 0) != 0;
  }
  bool no_data(std::uint32_t ttl_s) override { return lk_no_data(query_, ttl_s) != 0; }
  void refuse(const char* why) override { lk_refuse(query_, why); }
  void refuse_by_policy(const char* why) override { lk_refuse_by_policy(query_, why); }
  bool set_timer(std::uint32_t ms) override { return lk_set_timer(query_, ms) != 0; }
  void clear_timer() override { lk_clear_timer(query_); }
  void keep_uncached() override { lk_keep_uncached(query_); }
  void look_in_no_cache() override { lk_look_in_no_cache(query_); }
  bool only_translated() override { return (lk_clients(query_) & 4) != 0; }
  void give_on(bool kept) override { lk_give_on(query_, kept ? 1 : 0); }
  std::uint64_t now_us() override { return lk_now_us(query_); }
  void resume() override { lk_resume(query_); }
  void* handle() const { return query_; }

 private:
  void* query_;
};

/// What Unbound keeps for us beside a question.
struct Story {
  Story(void* handle, Worker& worker, const lk_question& question)
      : resolver(handle), query(resolver, worker, question) {
    ++module().stories;
  }
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;
  ~Story() { --module().stories; }

  ShimResolver resolver;
  Query query;
  bool broken = false;  ///< something failed where it could not be said; the next turn refuses
};

/// This thread's seat, made when it is first needed: only then does the thread have its event loop.
Seat* seat_of_this_thread(void* query) {
  thread_local Seat* seat = nullptr;
  thread_local std::uint64_t generation = 0;
  Module& m = module();
  if (seat && generation == m.generation) return seat;
  seat = nullptr;
  auto fresh = std::make_unique<Seat>(*m.gate, m.private_names, m.settings, query);
  const int fd = fresh->worker.fd();
  if (fd < 0)
    fresh->worker.synchronous = true;
  else if (!(fresh->watch = lk_watch(query, fd, fresh.get())))
    return nullptr;
  const std::lock_guard lock(m.mutex);
  m.seats.push_back(std::move(fresh));
  generation = m.generation;
  return seat = m.seats.back().get();
}

bool start(const lk_facts& facts) {
  auto opened = open_gate();
  if (!opened) {
    log_line(LK_ERROR, opened.error());
    return false;
  }
  auto startup = check_startup(facts, opened->settings, {host::own_addresses(), opened->gateway_for});
  if (!startup) {
    log_line(LK_ERROR, startup.error());
    unbound_ends();
    return false;
  }
  for (const std::string& warning : startup->warnings) log_line(LK_WARNING, warning);
  Module& m = module();
  m.gate = opened->gate;
  m.settings = startup->settings;
  ++m.generation;
  log_line(LK_INFO, fmt::format("ready: deadline_ms={} unsigned_deadline_ms={} held_per_thread={}",
                                m.settings.deadline_us / 1000, m.settings.unsigned_deadline_us / 1000,
                                m.settings.held_a_worker));
  return true;
}

bool right_host() {
  const std::string found = program_build_id();
  if (found == expected_build_id()) return true;
  log_line(
      LK_ERROR,
      fmt::format("this module was built for the Unbound with build-id {}, but this program's is {}; run that Unbound, "
                  "or build Latchkey for this one (./configure --with-unbound=PREFIX --with-unbound-source=DIR)",
                  expected_build_id(), found.empty() ? "missing" : found));
  return false;
}

/// Runs `turn`; an exception becomes SERVFAIL.
template <class Turn>
lk_next guarded(void* query, Turn turn) noexcept {
  try {
    return turn();
  } catch (const std::exception& error) {
    log_exception(error.what());
  } catch (...) {
    log_exception("unknown");
  }
  lk_refuse(query, "latchkey: internal error");
  return LK_FINISHED;
}

void* query_of(Story* story) { return story->resolver.handle(); }

}  // namespace
}  // namespace latchkey::unbound

using namespace latchkey::unbound;

extern "C" {

int lk_right_host(void) {
  try {
    return right_host() ? 1 : 0;
  } catch (...) {
    return 0;
  }
}

int lk_start(const lk_facts* facts) {
  try {
    return start(*facts) ? 1 : 0;
  } catch (const std::exception& error) {
    log_exception(error.what());
    return 0;
  }
}

/// The workers' threads have ended, and so have their event loops.
void lk_stop(void) {
  try {
    Module& m = module();
    ++m.generation;
    {
      const std::lock_guard lock(m.mutex);
      m.seats.clear();
    }
    unbound_ends();
  } catch (const std::exception& error) {
    log_exception(error.what());
  }
}

void* lk_begin(void* query, const lk_question* question, lk_next* next) {
  Story* story = nullptr;
  *next = guarded(query, [&] {
    if (question->internal || !Query::concerns_us(*question, (lk_clients(query) & 1) != 0)) return LK_PASS_ON;
    Seat* seat = seat_of_this_thread(query);
    if (!seat) throw std::bad_alloc();
    story = new Story(query, seat->worker, *question);
    return story->query.begin();
  });
  return story;
}

lk_next lk_resolved(void* handle) {
  auto* story = static_cast<Story*>(handle);
  return guarded(query_of(story), [&] { return story->query.resolved(); });
}

lk_next lk_again(void* handle) {
  auto* story = static_cast<Story*>(handle);
  return guarded(query_of(story), [&] {
    if (story->broken) throw std::bad_alloc();
    return story->query.again();
  });
}

void lk_looked_up(void* handle, lk_bytes name, uint16_t type, const lk_answer* answer) {
  auto* story = static_cast<Story*>(handle);
  try {
    story->query.looked_up(view(name), type, *answer);
  } catch (...) {
    story->broken = true;
  }
}

void lk_end(void* story) { delete static_cast<Story*>(story); }

int lk_extended_error(const void* story, uint16_t* code, const char** text) {
  const auto& error = static_cast<const Story*>(story)->query.error();
  if (!error) return -1;
  *code = error->code;
  *text = error->text;
  return 0;
}

void lk_not_given_on_error(uint16_t* code, const char** text) {
  *code = kNotTranslated.code;
  *text = kNotTranslated.text;
}

size_t lk_memory(void) { return module().stories * sizeof(Story); }

void lk_readable(void* seat) {
  try {
    (void)static_cast<Seat*>(seat)->worker.deliver(kOutcomesPerTurn);
  } catch (const std::exception& error) {
    log_exception(error.what());
  }
}

}  // extern "C"
