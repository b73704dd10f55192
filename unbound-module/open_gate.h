#pragma once
// The gate that this object is built with: the engine thread, or in replays a scripted one.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "host/cidr.h"
#include "unbound-module/host.h"

namespace latchkey::unbound {

struct OpenGate {
  Gate* gate = nullptr;  ///< lives as long as the process
  Settings settings;     ///< as configured
  std::vector<host::Cidr> gateway_for;
};

/// Called at each start of Unbound's modules, so again after a reload; reads the configuration then.
/// The error is one line for the operator.
std::expected<OpenGate, std::string> open_gate();

/// Unbound's modules end, for a reload or for good: what the gate has to say goes to stderr until the next start. When
/// the process ends, Unbound destroys its log before our thread has said its last word.
void unbound_ends();

/// The build-id of the program that may load this object, in hex.
std::string_view expected_build_id();

}  // namespace latchkey::unbound
