#pragma once
// What a held question needs of its resolver and of its worker, so that its story can be told to a test without
// Unbound.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "host/gateway_entry.h"
#include "unbound-module/held_questions.h"
#include "unbound-module/policy.h"
#include "unbound-module/private_names.h"
#include "unbound-module/shim.h"
#include "unbound-module/verdict.h"
#include "unbound-module/want.h"

namespace latchkey::unbound {

class Query;

/// One question's resolver. In production each call is shim.h's function of the same name.
class Resolver {
 public:
  virtual ~Resolver() = default;
  virtual void look_up_beside(base::Bytes name, std::uint16_t type) = 0;
  virtual bool look_up(base::Bytes name, std::uint16_t type, bool cd) = 0;
  virtual const lk_answer& current() = 0;
  virtual bool has_clients() = 0;
  virtual bool any_dnssec_ok() = 0;
  virtual std::optional<base::Address> first_client() = 0;
  virtual void store(bool with_message) = 0;
  virtual void store_while_up(std::uint32_t ttl_s) = 0;
  virtual void store_failure() = 0;
  virtual void uncache() = 0;
  virtual bool rewrite(const std::vector<lk_edit>& edits, bool altered) = 0;
  virtual bool no_data(std::uint32_t ttl_s) = 0;
  virtual void refuse(const char* why) = 0;
  virtual void refuse_by_policy(const char* why) = 0;
  virtual bool set_timer(std::uint32_t ms) = 0;
  virtual void clear_timer() = 0;
  virtual void keep_uncached() = 0;
  /// The question is answered by servers, by no cache or database.
  virtual void look_in_no_cache() = 0;
  virtual bool only_translated() = 0;  // bit 4 of lk_clients()
  virtual void give_on(bool kept) = 0;
  virtual std::uint64_t now_us() = 0;
  virtual void resume() = 0;
};

/// What the configuration says about questions.
struct Settings {
  Unsigned unsigned_keys = Unsigned::opportunistic;
  std::uint64_t deadline_us = 4'000'000;
  std::uint64_t unsigned_deadline_us = 300'000;
  std::shared_ptr<const Policy> policy{};  ///< none: no groups
  bool drop_on_key_removed = false;        ///< a tunnel ends with its name's key, not with its traffic
  bool observe = false;                    ///< nothing is done, only told what would be
  std::shared_ptr<const std::vector<host::GatewayEntry>> gateways{};  ///< none: nobody's
  bool keep_while_up = true;             ///< an answer may be cached as a message while its tunnels are up
  std::size_t held_a_worker = SIZE_MAX;  ///< questions that may be held on one resolver thread
  bool cachedb = false;                  ///< a module below us puts what it finds in a database into the message cache
};

/// The message cache, which all resolver threads share. To be used on one of these.
class MessageCache {
 public:
  virtual ~MessageCache() = default;
  /// The messages for A and AAAA of a name, with and without CD.
  virtual void drop(base::Bytes name) = 0;
  virtual void drop_all() = 0;
};

/// After the first address is up, how long the others may still take.
inline constexpr std::uint64_t kSettleUs = 50'000;
/// After the other family's first address is up, how long this one's may still take: the Connection Attempt Delay of
/// RFC 8305 section 5, after which a client would not wait for it either.
inline constexpr std::uint64_t kFamilySettleUs = 250'000;
/// The TTL of an answer that says "no address of this family" because only the other family has a tunnel.
inline constexpr std::uint32_t kNoDataTtl = 5;

/// One resolver thread's share: which question waits for which ticket. Used on that thread only.
class Worker {
 public:
  Worker(Gate& the_gate, PrivateNames& memory, Settings how)
      : gate(the_gate), private_names(memory), settings(how), id_(gate.add_worker()) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { gate.remove_worker(id_); }

  /// Asks the gate for one address on behalf of `query`, which is told by Query::outcome(place, ...).
  Ticket want(Query& query, std::size_t place, Want wish);
  /// The question behind the ticket does not care any more; nothing if its outcome has come.
  void forget(Ticket ticket);
  /// Hands out at most `most` outcomes and runs their questions again; returns how many there were.
  std::size_t deliver(std::size_t most);
  /// Hands out what is there without running questions again: for a gate that answers at once.
  void deliver_at_once();
  int fd() const { return gate.worker_fd(id_); }
  std::size_t waiting() const { return waiting_.size(); }

  Gate& gate;
  PrivateNames& private_names;
  const Settings settings;
  bool synchronous = false;                    ///< no event loop: outcomes are there when want() returns (replays)
  HeldQuestions held{settings.held_a_worker};  ///< on this thread
  MessageCache* cache = nullptr;               ///< outlives the worker; none: no message is kept while tunnels are up

 private:
  struct Place {
    Query* query;
    std::size_t place;
  };
  Query* hand_over(const Done& done);
  void drop_stale();

  WorkerId id_;
  std::unordered_map<std::uint64_t, Place> waiting_;
};

}  // namespace latchkey::unbound
