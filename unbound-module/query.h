#pragma once
// The story of one question: from its name to an answer that may be given out.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "unbound-module/extended_errors.h"
#include "unbound-module/host.h"
#include "unbound-module/ipseckey.h"
#include "unbound-module/names.h"
#include "unbound-module/race.h"

namespace latchkey::unbound {

class Query {
 public:
  /// Whether a question needs a story at all: its type carries addresses, or somebody waits for it.
  static bool concerns_us(const lk_question& question, bool has_clients);
  /// Both outlive the query.
  Query(Resolver& resolver, Worker& worker, const lk_question& question);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// The question is new.
  lk_next begin();
  /// The resolver has its answer.
  lk_next resolved();
  /// A lookup, a timer or an outcome; or for no reason at all.
  lk_next again();
  /// A lookup that was attached has ended. Only takes note.
  void looked_up(base::Bytes name, std::uint16_t type, const lk_answer& answer);
  /// The gate's word about an address. Only takes note.
  void outcome(std::size_t place, const Done& done);
  void resume() { resolver_.resume(); }

  const std::optional<ExtendedError>& error() const { return error_; }

 private:
  enum class Phase : std::uint8_t { resolving, key, race, over };
  /// What an IPSECKEY lookup brought.
  struct KeyAnswer {
    KeyStatus status = KeyStatus::failed;  // of the lookup; usable or not is seen later
    std::vector<base::Buffer> rdatas;
    base::Buffer chain_end;
    std::uint32_t good_for_s = UINT32_MAX;  // TTL and signatures
  };

  // by the type that was asked for
  lk_next addresses_resolved(const lk_answer& answer);
  lk_next services_resolved(const lk_answer& answer);
  lk_next any_resolved(const lk_answer& answer);
  lk_next others_resolved(const lk_answer& answer);
  lk_next internal_resolved(bool has_addresses);

  // the operator's groups
  bool blocked_by_name();
  void judge(const Chain& chain);
  lk_next act_without_key();
  std::uint64_t deadline_us() const;
  std::uint64_t attempt_us() const;
  lk_next would(Action action);

  // the key
  lk_next ask_for_key(base::Bytes name);
  std::uint64_t key_deadline() const;
  lk_next await_key();
  lk_next key_lost();
  lk_next key_known();
  bool ask_again_at_the_end();
  void read_keys();
  KeyStatus weigh_keys();
  lk_next act(Action action);

  // the gateways
  bool ask_reverse_zones();
  bool awaits_reverse_zone() const;
  void give_up_reverse_zones();
  bool heard_reverse_zone(base::Bytes name, const lk_answer& answer);
  GatewayWord word_about(const base::Address& address) const;
  std::vector<Route> ways_to(const base::Address& address) const;
  void add_candidate(const base::Address& address, bool own, bool allowed);

  // the tunnels
  lk_next start_race(bool must);
  bool look_up_other_family();
  std::uint64_t attempt_deadline() const;
  bool is_kept_from_ike(const Chain& chain, const base::Address& address) const;
  lk_next step();
  void want_next();
  lk_next soon(std::uint64_t& since_us, std::uint64_t time_us);
  lk_next wait_until(std::uint64_t due_us);
  lk_next settle(Race::State state);

  // the end
  lk_next release_plain(bool with_message, const char* verdict, const std::string& reason);
  lk_next release_race(bool everything);
  bool may_be_kept() const;
  void keep_while_up();
  lk_next refuse(ExtendedError error, const char* verdict, const std::string& reason);
  lk_next finish(const char* verdict, const std::string& reason);
  base::Duration since_begun();
  void account_for_answer();
  void account_for_key();
  void account_for_addresses();
  void forget_wants();
  bool take_place();
  void leave_place();
  std::vector<lk_edit> without_additional(const lk_answer& answer) const;
  std::uint32_t ttl_cap(base::Duration and_more = {});

  Resolver& resolver_;
  Worker& worker_;
  base::Buffer name_;
  std::uint16_t type_;
  bool cd_;         // CD
  bool any_class_;  // "all classes"
  bool ours_;       // its type carries addresses and its class is IN or all
  Phase phase_ = Phase::resolving;
  std::uint64_t begun_us_ = 0;

  std::vector<base::Address> own_;
  base::Buffer address_end_;
  std::uint32_t address_good_for_s_ = UINT32_MAX;
  Statuses statuses_;
  const Rule* rule_ = nullptr;  // of the operator's group that the name is in, if it is
  KeyAnswer key_;
  base::Buffer key_name_;  // whose IPSECKEY is being asked for; empty: none
  std::uint64_t key_deadline_us_ = 0;
  bool timed_ = false;  // the wait for the key has begun
  bool asked_again_ = false;
  IpseckeySet keys_;
  /// What the zone of an address itself says of it.
  struct ReverseZone {
    base::Address address;
    base::Buffer name;
    bool pending = true;
    IpseckeySet keys{};
    std::uint32_t good_for_s = UINT32_MAX;
  };
  std::vector<ReverseZone> reverse_zones_;
  bool reverse_asked_ = false;

  Race race_;
  bool must_ = true;  // a tunnel or nothing
  std::uint64_t deadline_us_ = 0;
  std::uint64_t first_up_us_ = 0, other_up_us_ = 0;
  Payer payer_;
  std::optional<base::Address> held_for_;  // whose place it has
  bool held_ = false;
  std::vector<Ticket> wants_;
  Decision account_;  // of what has happened so far
  struct Waited {
    After asked, answered;
  };
  std::vector<Waited> waited_;  // by place in the race; shorter than it: the rest was not asked for
  std::optional<ExtendedError> error_;
};

}  // namespace latchkey::unbound
