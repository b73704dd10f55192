#pragma once
// What any onlooker can check of IKE messages without a key: repeated octets, message IDs, IVs.

#include <map>
#include <string>
#include <tuple>

#include "ike-engine/wire/header.h"

namespace latchkey::sim {

class WireWatch {
 public:
  /// An engine sends the datagram. "" or the rule that it breaks.
  std::string sent(base::Bytes datagram);

 private:
  /// One direction of an IKE SA: by its SPIs and whether its initiator sends.
  using Lane = std::tuple<base::IkeSpi, base::IkeSpi, bool>;
  struct Requests {
    base::MessageId last;
    bool answered = false;
  };
  std::string check_iv(const Lane& lane, const wire::Header& header, base::Bytes datagram);
  std::string check_copy(const Lane& lane, const wire::Header& header, base::Bytes datagram);
  std::string check_window(const Lane& lane, const wire::Header& header);

  std::map<std::pair<Lane, std::uint64_t>, std::size_t> ivs_;                               ///< digest of the datagram
  std::map<std::tuple<Lane, bool, base::MessageId, std::uint32_t>, std::size_t> messages_;  ///< the same, by fragment
  std::map<Lane, Requests> requests_;
};

}  // namespace latchkey::sim
