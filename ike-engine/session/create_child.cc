#include "ike-engine/session/create_child.h"

#include "ike-engine/policy/proposals.h"
#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"
#include "ike-engine/session/key_agreement.h"
#include "ike-engine/session/lifetime.h"
#include "ike-engine/session/rekey_ike.h"
#include "ike-engine/session/request_child.h"

namespace latchkey::session {

namespace {

using base::NotifyType;

// A peer that can't do now what we ask for is asked again for so long.
constexpr base::Duration kPatience = std::chrono::minutes(5);

base::Result<void> send(IkeSa& sa, Context& context) {
  return sa.exchange->wish.errand == Errand::rekey_ike ? request_heir(sa, context) : request_child(sa, context);
}

// RFC 7296 section 1.3
//= In the case of such a rejection, the CREATE_CHILD_SA exchange fails, and the initiator will probably retry the
//= exchange with a Diffie-Hellman proposal and KEi in the group that the responder gave in the INVALID_KE_PAYLOAD Notify
//= payload.
bool try_method(IkeSa& sa, Context& context, OwnExchange& own, base::Bytes data) {
  Creation& creation = *own.creation;
  const auto method = wire::parse_invalid_ke(data);
  if (!method || !creation.key_exchange || creation.invalid_kes >= kMaxInvalidKe) return false;
  if (*method == creation.key_exchange->method() || !policy::offers_ke(creation.offer, *method)) return false;
  auto key = fresh_key(context, *method);
  if (!key) return false;
  creation.key_exchange = std::move(*key);
  ++creation.invalid_kes;
  sa.exchange = std::make_unique<OwnExchange>(std::move(own));
  if (send(sa, context)) return true;
  sa.exchange.reset();
  return false;
}

State wait(IkeSa& sa, Context& context, const Wish& wanted) {
  if (sa.unwilling_since == base::kNever) sa.unwilling_since = context.now;
  // RFC 7296 section 2.25
  //= If a peer continues to receive TEMPORARY_FAILURE on the same IKE SA after several minutes, it SHOULD conclude that
  //= the state information is out of sync and close the IKE SA.
  if (context.now - sa.unwilling_since >= kPatience) return part_with(sa, context, wanted);
  return postpone(sa, context, wanted);
}

std::optional<CreationPayloads> read(const Input& input) {
  return input.garbled ? std::nullopt : parse_creation(input.payloads);
}

OwnExchange take_exchange(IkeSa& sa) {
  OwnExchange own = std::move(*sa.exchange);
  end_exchange(sa);
  return own;
}

}  // namespace

void begin_creation(IkeSa& sa, Context& context) {
  sa.exchange->creation = std::make_unique<Creation>();
  if (send(sa, context)) return;
  const Wish wanted = sa.exchange->wish;
  sa.exchange.reset();
  (void)postpone(sa, context, wanted);
}

State put_up_with(IkeSa& sa, Context& context, OwnExchange own, const wire::Notify& error) {
  const Wish wanted = own.wish;
  switch (error.type) {
    case NotifyType::invalid_ke_payload:
      if (try_method(sa, context, own, error.data)) return sa.state;
      break;
    // RFC 7296 section 2.25
    //= When a peer receives a TEMPORARY_FAILURE notification, it MUST NOT immediately retry the operation; it MUST wait
    //= so that the sender may complete whatever operation caused the temporary condition.
    case NotifyType::temporary_failure: return wait(sa, context, wanted);
    case NotifyType::no_additional_sas: sa.rekeying_refused = true; break;
    default: break;
  }
  return start_over(sa, context, wanted);
}

State conclude_creation(IkeSa& sa, Context& context, Input& input) {
  const auto reply = read(input);
  OwnExchange own = take_exchange(sa);
  if (reply && reply->error && ends_ike_sa(reply->error->type)) {
    lose(sa, context, api::Reason::deleted_by_peer);
    return linger(sa, context);
  }
  const State next = own.wish.errand == Errand::rekey_ike ? conclude_heir(sa, context, std::move(own), reply)
                                                          : conclude_child(sa, context, std::move(own), reply);
  if (next == State::established) (void)pursue(sa, context);
  return next;
}

State conclude_creation_while_deleting(IkeSa& sa, Context& context, Input& input) {
  const auto reply = read(input);
  const OwnExchange own = take_exchange(sa);
  if (own.wish.errand == Errand::rekey_ike) disown_heir(sa, context, own, reply);
  return pursue(sa, context) ? sa.state : State::dead;
}

State refuse_for_now(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.25.2
  //= If a peer receives a request to rekey an IKE SA that it is currently trying to close, it SHOULD reply with
  //= TEMPORARY_FAILURE.
  respond_notify(sa, context, input, NotifyType::temporary_failure);
  return sa.state;
}

}  // namespace latchkey::session
