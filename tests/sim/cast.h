#pragma once
// Who proves what to whom in a story.

#include "tests/sim/plot.h"

namespace latchkey::sim {

/// What the server is configured with.
api::ResponderConfig server_of(const Plot& plot, Reading reading = Reading::as_ever);
/// The same for who poses as it: everything but the secrets.
api::ResponderConfig false_server_of(const Plot& plot);
/// What a client asks its engine for.
api::ConnectRequest request_of(const Plot& plot, std::size_t client, const base::Address& local,
                               base::TimePoint deadline);

}  // namespace latchkey::sim
