#pragma once
// What a configuration comes to, for `latchkeyd --check`.

#include <string>

#include "control/daemon/setup.h"

namespace latchkey::control {

/// A line a fact: where it listens, who it is and what to publish, who may come and how many, what it leases, what it
/// begins, and by which suites, lifetimes and timers. No secret.
std::string summary(const host::DaemonConfig& config, const Setup& setup);

}  // namespace latchkey::control
