#pragma once
// What is drawn by lot so that a thousand peers don't act in step.

#include "ike-engine/api/ports.h"
#include "ike-engine/base/time.h"

namespace latchkey::session {

/// A time from 0 to `most`, both included; 0 if `most` is not above it.
base::Duration jitter(base::Duration most, api::Random& random);

}  // namespace latchkey::session
