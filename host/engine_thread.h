#pragma once
// The one engine thread: its loop, the UDP sockets, one timer, the control socket. It owns the engine and the kernel
// port.

#include <expected>
#include <memory>
#include <string>

#include "host/engine_settings.h"
#include "host/log.h"
#include "host/tenant.h"

namespace latchkey::host {

class EngineThread {
 public:
  /// Starts the thread and waits until everything is open. `log` and `tenant` outlive the result. The error is one
  /// sentence for the operator: no CAP_NET_ADMIN, no ESP in the kernel, who may hold port 500, ... Nothing is left
  /// behind then.
  static std::expected<std::unique_ptr<EngineThread>, std::string> start(const EngineSettings& settings, const Log& log,
                                                                         Tenant& tenant);
  /// Says goodbye to the peers, takes our kernel state away and joins the thread.
  ~EngineThread();
  EngineThread(const EngineThread&) = delete;
  EngineThread& operator=(const EngineThread&) = delete;

 private:
  struct Impl;
  explicit EngineThread(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::host
