#pragma once
// What any onlooker can check of IKE messages without a key: repeated octets, message IDs, IVs.

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "ike-engine/base/time.h"
#include "ike-engine/wire/header.h"
#include "tests/sim/census.h"

namespace latchkey::sim {

class WireWatch {
 public:
  /// What it sees is noted in `happened`, which outlives it. No IKE SA is used for longer than `longest`.
  WireWatch(Happenings& happened, base::Duration longest) : happened_(happened), longest_(longest) {}

  /// An engine sends the datagram. "" or the rule that it breaks.
  std::string sent(base::Bytes datagram, base::TimePoint now);

 private:
  /// One direction of an IKE SA: by its SPIs and whether its initiator sends.
  using Lane = std::tuple<base::IkeSpi, base::IkeSpi, bool>;
  struct Requests {
    base::MessageId last;
    bool answered = false;
    base::ExchangeType exchange{};
  };
  std::string check_init(const wire::Header& header, base::Bytes datagram);
  std::string check_age(const wire::Header& header, base::TimePoint now);
  std::string check_setup(const Lane& lane, const wire::Header& header, base::Bytes datagram);
  std::string check_iv(const Lane& lane, const wire::Header& header, base::Bytes datagram);
  std::string check_copy(const Lane& lane, const wire::Header& header, base::Bytes datagram);
  std::string check_window(const Lane& lane, const wire::Header& header);
  void note_request(const wire::Header& header);

  Happenings& happened_;
  base::Duration longest_;
  std::map<base::IkeSpi, std::set<std::size_t>> inits_, auths_;  ///< different requests of a negotiation, by SPIi
  std::map<std::pair<base::IkeSpi, base::IkeSpi>, base::TimePoint> first_used_;
  std::map<std::pair<Lane, std::uint64_t>, std::size_t> ivs_;                               ///< digest of the datagram
  std::map<std::tuple<Lane, bool, base::MessageId, std::uint32_t>, std::size_t> messages_;  ///< the same, by fragment
  std::map<Lane, Requests> requests_;
};

}  // namespace latchkey::sim
