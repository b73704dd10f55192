#include "ike-engine/session/complaints.h"

#include <fmt/format.h>

#include "ike-engine/session/exchange.h"
#include "ike-engine/session/opening.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

// What a peer could have us do without end happens once in this time, for each IKE SA.
constexpr base::Duration kPause = std::chrono::minutes(1);

bool take_turn(base::TimePoint& next, base::TimePoint now) {
  if (now < next) return false;
  next = now + kPause;
  return true;
}

// An INVALID_MESSAGE_ID's or INVALID_SPI's data.
std::optional<std::uint32_t> number_in(base::Bytes data) {
  base::Reader in(data);
  const std::uint32_t number = in.u32();
  return in.done() ? std::optional(number) : std::nullopt;
}

void note(IkeSa& sa, Context& context, const wire::Notify& notify) {
  if (!take_turn(sa.complaints.noted_again, context.now)) return;
  const auto number = number_in(notify.data);
  tell(context, sa, "peer_complains",
       fmt::format("notify={} number={}", wire::to_string(notify.type), number ? std::to_string(*number) : "none"));
}

// RFC 7296 section 1.5
//= The Notification Data contains the SPI of the invalid packet.
// Within the IKE SA it is the peer that says so, and it has not forgotten all. A packet of a child that has been
// replaced may have been under way; a peer that has asked for patience is given it.
void mend(IkeSa& sa, Context& context, base::Bytes data) {
  const auto spi = number_in(data);
  Child* child = spi ? sa.child_out(base::Spi{*spi}) : nullptr;
  if (child == nullptr || child->standing != Standing::in_use || sa.unwilling_since != base::kNever) return;
  if (sa.wants({Errand::rekey_child, child->spi_in}) || !take_turn(sa.complaints.mended_again, context.now)) return;
  child->rekey_at = context.now;
}

}  // namespace

void refuse_message_id(IkeSa& sa, Context& context, const wire::Message& message) {
  // RFC 7296 section 2.3
  //= Sending this notification is OPTIONAL, and notifications of this type MUST be rate limited.
  // So as long as none may be sent nothing is opened for it either.
  const bool may = sa.state == State::established && context.now >= sa.complaints.made_again;
  const auto opened = may ? sa.protection->open(message) : base::fail(base::Errc::mismatch, "above the window");
  count_drop(context.stats, opened ? base::Errc::mismatch : opened.error().code);
  if (!opened || !take_turn(sa.complaints.made_again, context.now)) return;
  // RFC 7296 section 2.3
  //= This Notify message MUST NOT be sent in a response; the invalid request MUST NOT be acknowledged.  Instead, inform
  //= the other side by initiating an INFORMATIONAL exchange with Notification Data containing the four-octet invalid
  //= Message ID.
  sa.complaints.id = message.header.message_id;
  ++context.stats.complaints_made;
  tell(context, sa, "invalid_message_id", fmt::format("id={}", sa.complaints.id.value));
  wish(sa, context, {Errand::complain, {}});
}

wire::PayloadChain complaint(const IkeSa& sa) {
  wire::PayloadChain chain;
  base::Writer id;
  id.u32(sa.complaints.id.value);
  add_notify(chain, NotifyType::invalid_message_id, id.view());
  return chain;
}

void hear_complaints(IkeSa& sa, Context& context, std::span<const wire::RawPayload> payloads) {
  for (const wire::RawPayload& payload : payloads) {
    if (payload.type != base::PayloadType::notify) continue;
    const auto notify = wire::parse_notify(payload.body);
    const bool complains =
        notify && (notify->type == NotifyType::invalid_message_id || notify->type == NotifyType::invalid_spi);
    if (!complains) continue;
    ++context.stats.complaints_heard;
    note(sa, context, *notify);
    if (notify->type == NotifyType::invalid_spi) mend(sa, context, notify->data);
  }
}

}  // namespace latchkey::session
