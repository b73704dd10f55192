#pragma once
// Which of a name's addresses are negotiated with, and when enough is known to answer. No I/O, no clock.

#include <cstdint>
#include <string>
#include <vector>

#include "unbound-module/want.h"

namespace latchkey::unbound {

/// More addresses than these are not looked at: they are filtered, or with DO the name is refused.
inline constexpr std::size_t kMaxAddresses = 16;
/// At a time and family, unless all must be up.
inline constexpr std::size_t kAtATime = 2;

class Race {
 public:
  enum class Standing : std::uint8_t { open, asked, up, failed, refused };  // refused: rules 1, 3 and 4
  struct Candidate {
    base::Address address;
    bool own = true;  ///< of the family that was asked for
    bool has_key = true;
    Standing standing = Standing::open;
    std::uint32_t lease_left_s = 0;
    std::string reason{};
    bool limited = false;  ///< failed at a bound of ours
    std::size_t ways = 1;  ///< to the address: when one fails the next is tried
    std::size_t way = 0;   ///< the one that is tried
    Live live{}, kept{};   ///< as in Done
  };
  static std::string_view to_string(Standing standing);
  enum class State : std::uint8_t {
    waiting,   ///< nothing to say yet
    settling,  ///< one is up, others are under way: soon
    release,   ///< give out what is up
    other_up,  ///< none of this family yet, but one of the other: soon
    no_data,   ///< none of this family, but one of the other
    failed,    ///< none
    filtered,  ///< none, and none could ever be: every address is refused
  };

  /// An address without keys is refused from the start. Beyond kMaxAddresses of a family: counted, not kept.
  void add(Candidate candidate);
  /// Every address of the own family must be up (a client set DO: the set's signature must hold).
  void need_all(bool all) { need_all_ = all; }
  /// The other family's addresses are still being looked up.
  void other_pending(bool pending) { other_pending_ = pending; }

  /// Places to ask for now; they count as asked. Whose tunnel has come up and gone again has failed.
  std::vector<std::size_t> next();
  void outcome(std::size_t place, const Done& done);
  State state() const;
  /// The same when no more time is left.
  State at_deadline() const;

  const std::vector<Candidate>& candidates() const { return candidates_; }
  const Candidate* find(const base::Address& address) const;
  /// Whether an address of the own family was not even tried because of a bound.
  bool limited() const;
  /// Why it failed, of the own family's first address that did; for the log.
  std::string reason() const;

 private:
  void forget_lost();
  std::size_t count(bool own, Standing standing) const;
  void ask(bool own, std::size_t at_a_time, std::vector<std::size_t>& places);
  State without_tunnel() const;

  std::vector<Candidate> candidates_;
  bool need_all_ = false;
  bool other_pending_ = false;
  std::size_t own_left_out_ = 0;
};

}  // namespace latchkey::unbound
