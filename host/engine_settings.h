#pragma once
// From what the operator says to what the engine thread is started with.

#include "host/config.h"
#include "host/daemon_config.h"
#include "ike-engine/api/types.h"
#include "xfrm/kernel.h"

namespace latchkey::host {

/// What stays as it is for an engine thread's life.
struct EngineSettings {
  api::EngineConfig engine;
  xfrm::XfrmConfig kernel;
};

EngineSettings engine_settings(const Config& config);
EngineSettings engine_settings(const DaemonConfig& config);

}  // namespace latchkey::host
