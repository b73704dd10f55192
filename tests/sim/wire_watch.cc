#include "tests/sim/wire_watch.h"

#include <fmt/format.h>

#include <functional>
#include <string_view>

#include "tests/sim/telling.h"

namespace latchkey::sim {

namespace {

using base::ExchangeType;
using base::PayloadType;

constexpr std::size_t kGenericHeader = 4;
// The IKE header and a notify without data.
constexpr std::size_t kUnprotectedAnswer = wire::kHeaderSize + kGenericHeader + 4;

// What session/ike_sa.h says; the rule is not to be read off the code. The first, and for three COOKIEs and two groups.
constexpr std::size_t kMaxInits = 1 + 3 + 2;
constexpr std::size_t kMaxCandidates = 3;

std::size_t digest(base::Bytes octets) {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

bool is_fragment(const wire::Header& header) { return header.next_payload == PayloadType::skf; }

// Fragment Number and Total Fragments; 0 for a whole message.
std::uint32_t fragment_of(const wire::Header& header, base::Bytes datagram) {
  if (!is_fragment(header)) return 0;
  base::Reader reader(datagram);
  reader.skip(wire::kHeaderSize + kGenericHeader);
  return reader.u32();
}

// The first eight octets: the whole IV of an AEAD, and enough of an unpredictable one.
std::uint64_t iv_of(const wire::Header& header, base::Bytes datagram) {
  base::Reader reader(datagram);
  reader.skip(wire::kHeaderSize + kGenericHeader + (is_fragment(header) ? 4 : 0));
  return reader.u64();
}

// RFC 7296 section 2.21.4: INVALID_IKE_SPI is all that may be said without protection, and only in answer.
std::string check_unprotected(const wire::Header& header, base::Bytes datagram) {
  const bool bare = header.response && datagram.size() == kUnprotectedAnswer;
  return bare ? "" : "wire: an engine says something without protection";
}

// Before the IKE SA is established.
bool is_setup(ExchangeType exchange) {
  return exchange == ExchangeType::ike_intermediate || exchange == ExchangeType::ike_auth;
}

}  // namespace

std::string WireWatch::sent(base::Bytes datagram, base::TimePoint now) {
  const auto header = wire::parse_header(datagram);
  if (!header) return "wire: an engine sends what is no IKE message";
  if (header->exchange == ExchangeType::ike_sa_init) return check_init(*header, datagram);
  if (header->next_payload == PayloadType::notify) return check_unprotected(*header, datagram);
  const Lane lane{header->spi_i, header->spi_r, header->initiator};
  if (auto broken = check_iv(lane, *header, datagram); !broken.empty()) return broken;
  if (auto broken = check_age(*header, now); !broken.empty()) return broken;
  if (is_setup(header->exchange) && !header->response) return check_setup(lane, *header, datagram);
  if (auto broken = check_copy(lane, *header, datagram); !broken.empty()) return broken;
  return check_window(lane, *header);
}

// Security rule 5: neither COOKIE nor INVALID_KE_PAYLOAD is obeyed for ever.
std::string WireWatch::check_init(const wire::Header& header, base::Bytes datagram) {
  if (header.response) return "";
  auto& different = inits_[header.spi_i];
  different.insert(digest(datagram));
  return different.size() <= kMaxInits ? "" : "bounds: IKE_SA_INIT is begun again too often";
}

std::string WireWatch::check_age(const wire::Header& header, base::TimePoint now) {
  const auto [first, fresh] = first_used_.try_emplace({header.spi_i, header.spi_r}, now);
  return now - first->second <= longest_ ? "" : "age: an IKE SA outlives its time";
}

// Security rule 5: of the answers to IKE_SA_INIT only so many are followed up.
std::string WireWatch::check_setup(const Lane& lane, const wire::Header& header, base::Bytes datagram) {
  // Each candidate is sent an IKE_INTERMEDIATE and an IKE_AUTH of its own, and a forged copy bears the SPIs of the true
  // one, so one message ID may have several requests.
  if (auto broken = check_window(lane, header); !broken.empty()) return broken;
  if (header.exchange != ExchangeType::ike_auth || fragment_of(header, datagram) >> 16 > 1) return "";
  auto& different = auths_[header.spi_i];
  different.insert(digest(datagram));
  if (different.size() > 1) happened_.note("IKE_AUTH for several candidates");
  return different.size() <= kMaxCandidates ? "" : "bounds: too many answers are followed up";
}

// RFC 5282 section 3.1: an IV is used only once for a key. A copy is the same use.
std::string WireWatch::check_iv(const Lane& lane, const wire::Header& header, base::Bytes datagram) {
  const std::size_t own = digest(datagram);
  const auto [known, fresh] = ivs_.try_emplace({lane, iv_of(header, datagram)}, own);
  return fresh || known->second == own ? "" : "iv: one IV for two messages";
}

// RFC 7296 section 2.1: a retransmission is bitwise identical, and a request is answered once.
std::string WireWatch::check_copy(const Lane& lane, const wire::Header& header, base::Bytes datagram) {
  const std::size_t own = digest(datagram);
  const auto [known, fresh] =
      messages_.try_emplace({lane, header.response, header.message_id, fragment_of(header, datagram)}, own);
  return fresh || known->second == own ? "" : "window: two messages with one message ID";
}

// RFC 7296 section 2.3: the next request comes after the answer to the last one.
std::string WireWatch::check_window(const Lane& lane, const wire::Header& header) {
  if (header.response) {
    const auto asked = requests_.find({header.spi_i, header.spi_r, !header.initiator});
    if (asked != requests_.end() && asked->second.last == header.message_id) asked->second.answered = true;
    return "";
  }
  const auto [known, fresh] = requests_.try_emplace(lane, Requests{header.message_id, false, header.exchange});
  Requests& requests = known->second;
  if (fresh) note_request(header);
  if (fresh || requests.last == header.message_id) return "";
  if (header.message_id.value < requests.last.value) return "";  // a late copy, by check_copy()
  if (header.message_id.value != requests.last.value + 1) return "window: a message ID is left out";
  if (!requests.answered) return "window: a request before the answer to the one before";
  requests = {header.message_id, false, header.exchange};
  note_request(header);
  return "";
}

void WireWatch::note_request(const wire::Header& header) {
  happened_.note(wire::to_string(header.exchange));
  if (is_fragment(header)) happened_.note(fmt::format("{}, fragments", wire::to_string(header.exchange)));
  const auto other = requests_.find({header.spi_i, header.spi_r, !header.initiator});
  if (other == requests_.end() || other->second.answered || is_setup(other->second.exchange)) return;
  happened_.note(
      fmt::format("{} crosses {}", wire::to_string(header.exchange), wire::to_string(other->second.exchange)));
}

}  // namespace latchkey::sim
