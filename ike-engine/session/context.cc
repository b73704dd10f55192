#include "ike-engine/session/context.h"

#include <fmt/format.h>

#include "ike-engine/session/auth.h"
#include "ike-engine/wire/notify.h"

namespace latchkey::session {

namespace {

std::string describe(const Failure& failure) {
  if (failure.notify == 0) return std::string(failure.detail);
  const auto name = wire::to_string(static_cast<base::NotifyType>(failure.notify));
  return fmt::format("{}{}{} {}", failure.detail, failure.detail.empty() ? "" : ": ", name, failure.notify);
}

}  // namespace

void send(Context& context, const api::Path& path, std::span<const base::Buffer> datagrams) {
  for (const base::Buffer& bytes : datagrams) context.out.datagrams.push_back({path, bytes});
  context.stats.sent += datagrams.size();
}

void send(Context& context, IkeSa& sa, const api::Path& path, std::span<const base::Buffer> datagrams) {
  send(context, path, datagrams);
  sa.last_sent = context.now;
}

void retransmit(Context& context, const api::Path& path, PendingRequest& request) {
  // RFC 7296 section 2.1
  //= A retransmission from the initiator MUST be bitwise identical to the original request.
  send(context, path, request.datagrams());
  context.stats.retransmitted += request.datagrams().size();
  request.sent_again(context.patience(), context.now, context.random);
}

void tell(Context& context, const IkeSa& sa, std::string_view step, std::string detail) {
  if (sa.session == nullptr) return;
  context.out.events.push_back(api::Progress{sa.session->id, step, std::move(detail)});
}

State fail(IkeSa& sa, Context& context, const Failure& failure) {
  if (sa.negotiation) hang_up_on_spurned(sa, context);
  sa.negotiation.reset();
  if (sa.session == nullptr) return State::dead;
  Session& session = *std::exchange(sa.session, nullptr);
  session.pending = {};
  if (session.current != base::IkeSpi{}) {
    context.out.events.push_back(api::Progress{session.id, "renewal_failed", describe(failure)});
    return State::dead;
  }
  session.over = true;
  ++context.stats.failed;
  context.out.events.push_back(api::Failed{session.id, failure.reason, failure.notify, describe(failure)});
  return State::dead;
}

void lose(IkeSa& sa, Context& context, api::Reason reason) {
  for (Child& child : sa.children) child.tunnel->keep_guard();
  sa.children.clear();
  if (sa.session == nullptr) return;
  Session& session = *std::exchange(sa.session, nullptr);
  session.over = true;
  ++context.stats.down;
  if (!session.told) return;  // a client that was let in and got no child: nobody has heard of it
  context.out.events.push_back(api::Down{session.id, reason});
}

}  // namespace latchkey::session
