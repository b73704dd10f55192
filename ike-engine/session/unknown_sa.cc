#include "ike-engine/session/unknown_sa.h"

#include <algorithm>

#include "ike-engine/wire/notify.h"

namespace latchkey::session {

namespace {

constexpr base::Duration kCost = std::chrono::milliseconds(100);
constexpr base::Duration kCredit = 50 * kCost;
constexpr unsigned kMajorVersion = 2;

bool is_protected(const wire::Message& message) {
  if (message.payloads.empty()) return false;
  const auto last = message.payloads.back().type;
  return last == base::PayloadType::sk || last == base::PayloadType::skf;
}

// RFC 7296 section 1.5
//= The message is a response message, and thus it is sent to the IP address and port from whence it came with the same
//= IKE SPIs and the Message ID and Exchange Type are copied from the request.
wire::Header answer_header(const wire::Header& request) {
  wire::Header header;
  header.spi_i = request.spi_i;
  header.spi_r = request.spi_r;
  header.exchange = request.exchange;
  header.response = true;
  header.initiator = !request.initiator;
  header.message_id = request.message_id;
  return header;
}

}  // namespace

std::optional<base::Buffer> UnknownSa::answer(const wire::Header& request, base::NotifyType type, std::size_t octets,
                                              base::TimePoint now) {
  // RFC 7296 section 2.21.4
  //= If the message is marked as a response, the node can audit the suspicious event but MUST NOT respond.
  if (request.response) return std::nullopt;
  wire::PayloadChain chain;
  add_notify(chain, type);
  base::Buffer answer = write_message(answer_header(request), chain);
  if (answer.size() > octets) return std::nullopt;  // a forged source must not get more from us than its forger sends
  // RFC 7296 section 2.21.4
  //= A node needs to limit the rate at which it will send messages in response to unprotected messages.
  const base::TimePoint paid = std::max(paid_until_, now - kCredit) + kCost;
  if (paid > now) return std::nullopt;
  paid_until_ = paid;
  return answer;
}

std::optional<base::Buffer> UnknownSa::answer(const wire::Message& message, base::TimePoint now) {
  const wire::Header& header = message.header;
  // An unprotected one may be such an answer itself, or the INVALID_SPI of section 1.5, which knows no SPIs.
  const bool within_an_ike_sa = header.spi_i != base::IkeSpi{} && header.spi_r != base::IkeSpi{};
  if (!within_an_ike_sa || !is_protected(message)) return std::nullopt;
  return answer(header, base::NotifyType::invalid_ike_spi, message.datagram.size(), now);
}

std::optional<base::Buffer> UnknownSa::answer_version(base::Bytes datagram, base::TimePoint now) {
  const auto header = wire::read_header(datagram);
  // RFC 7296 section 2.5
  //= If an endpoint receives a message with a higher major version number, it MUST drop the message and SHOULD send an
  //= unauthenticated Notify message of type INVALID_MAJOR_VERSION containing the highest (closest) version number it
  //= supports.
  if (!header || header->version >> 4 <= kMajorVersion) return std::nullopt;
  return answer(*header, base::NotifyType::invalid_major_version, datagram.size(), now);
}

}  // namespace latchkey::session
