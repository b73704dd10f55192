#include "ike-engine/session/create_child.h"

#include "ike-engine/session/exchange.h"
#include "ike-engine/session/informational.h"

namespace latchkey::session {

base::Result<void> begin_creation(IkeSa&, Context&) {
  return base::fail(base::Errc::unsupported, "CREATE_CHILD_SA is only refused");
}

State conclude_creation(IkeSa& sa, Context& context, Input&) {
  end_exchange(sa);
  (void)pursue(sa, context);
  return sa.state;
}

State refuse_create_child_sa(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 1.3
  //= This notification can also be used to reject IKE SA rekey. Some minimal implementations may only accept a
  //= single Child SA setup in the context of an initial IKE exchange and reject any subsequent attempts to add
  //= more.
  respond_notify(sa, context, input, base::NotifyType::no_additional_sas);
  return sa.state;
}

State refuse_while_deleting(IkeSa& sa, Context& context, Input& input) {
  // RFC 7296 section 2.25.2
  //= If a peer receives a request to rekey an IKE SA that it is currently trying to close, it SHOULD reply with
  //= TEMPORARY_FAILURE.
  respond_notify(sa, context, input, base::NotifyType::temporary_failure);
  return sa.state;
}

}  // namespace latchkey::session
