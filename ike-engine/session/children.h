#pragma once
// The children of an IKE SA: how one takes another's place, and how each goes (RFC 7296 sections 1.4.1 and 2.8).

#include "ike-engine/session/context.h"

namespace latchkey::session {

/// Sets when a child is to be rekeyed, and its end.
void begin_child_life(Child& child, Context& context);

/// From now on `fresh` carries the traffic of `old`, which only waits for its DELETE. Rekeyed is said.
void take_over(IkeSa& sa, Context& context, base::Spi old, base::Spi fresh);

/// `spi_in` carries nothing (any more); whoever has to delete it has some time for that.
void set_aside(IkeSa& sa, Context& context, base::Spi spi_in);

/// The child is gone: its SAs leave the kernel, its policies stay (ports.h). If it was in use, one that could stand in
/// for it does; what waited for it to go begins to send. Should the kernel refuse that, the tunnel is lost.
void drop_child(IkeSa& sa, Context& context, base::Spi spi_in);

/// Packets go out by the children in use from now on. False if the kernel refuses one.
bool start_sending(IkeSa& sa);

/// Whose SA the kernel speaks of; nullptr if it is none of this IKE SA's.
const Child* child_of(const IkeSa& sa, const api::Expired& what);

/// What the session's children have carried so far, those too that have gone. Errors: kernel.
base::Result<api::ChildCounters> counters_of(const IkeSa& sa);

}  // namespace latchkey::session
