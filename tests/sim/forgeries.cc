#include "tests/sim/forgeries.h"

#include <algorithm>

#include "ike-engine/wire/message.h"
#include "ike-engine/wire/notify.h"

namespace latchkey::sim {

namespace {

using base::NotifyType;

// Octets of a header (RFC 7296 section 3.1).
constexpr std::size_t kExchangeType = 18, kFlags = 19, kMessageIdEnd = 23;
constexpr std::uint8_t kResponseFlag = 0x20;

base::Buffer random_octets(std::size_t count, support::SeededRandom& dice) {
  base::Buffer octets(count);
  dice.fill(octets);
  return octets;
}

void turn_bit(base::Buffer& octets, std::size_t at, support::SeededRandom& dice) {
  octets[at] = static_cast<std::uint8_t>(octets[at] ^ (1u << dice.below(8)));
}

}  // namespace

std::optional<Opening> opening_of(base::Bytes datagram) {
  const auto header = wire::parse_header(datagram);
  if (!header) return std::nullopt;
  if (header->exchange == base::ExchangeType::ike_sa_init) {
    return header->response ? Opening::init_response : Opening::init_request;
  }
  const bool auth_request = header->exchange == base::ExchangeType::ike_auth && !header->response;
  return auth_request ? std::optional(Opening::auth_request) : std::nullopt;
}

base::Buffer forged_notify(base::Bytes request, support::SeededRandom& dice) {
  auto header = wire::parse_header(request);
  if (!header) return {};
  header->response = true;
  header->initiator = false;
  const base::Buffer cookie = random_octets(1 + dice.below(64), dice);
  const base::Buffer group{0, static_cast<std::uint8_t>(dice.chance(50) ? 19 : 31)};
  const std::uint64_t kind = dice.below(3);
  wire::Notify notify;
  notify.type = kind == 0   ? NotifyType::cookie
                : kind == 1 ? NotifyType::invalid_ke_payload
                            : NotifyType::no_proposal_chosen;
  if (kind == 0) notify.data = cookie;
  if (kind == 1) notify.data = group;
  wire::PayloadChain chain;
  chain.add(base::PayloadType::notify, [&](base::Writer& out) { write(out, notify); });
  return write_message(*header, chain);
}

base::Buffer altered_answer(base::Bytes response, support::SeededRandom& dice) {
  base::Buffer altered = base::to_buffer(response);
  // The last payloads are notifies, of eight octets each or a little more.
  if (!altered.empty())
    turn_bit(altered, altered.size() - 1 - dice.below(std::min<std::size_t>(altered.size(), 40)), dice);
  return altered;
}

base::Buffer altered_message(base::Bytes message, support::SeededRandom& dice) {
  base::Buffer altered = base::to_buffer(message);
  if (altered.size() <= wire::kHeaderSize) return altered;
  switch (dice.below(4)) {
    case 0: altered[kMessageIdEnd] = static_cast<std::uint8_t>(altered[kMessageIdEnd] + 1 - 2 * dice.below(2)); break;
    case 1: altered[kFlags] ^= kResponseFlag; break;
    case 2: altered[kExchangeType] = static_cast<std::uint8_t>(35 + dice.below(3)); break;
    default: turn_bit(altered, wire::kHeaderSize + dice.below(altered.size() - wire::kHeaderSize), dice);
  }
  return altered;
}

base::Buffer another_request(base::Bytes request, support::SeededRandom& dice) {
  base::Buffer another = base::to_buffer(request);
  const base::Buffer spi = random_octets(sizeof(base::IkeSpi::rep), dice);
  std::ranges::copy(spi, another.begin());
  return another;
}

}  // namespace latchkey::sim
