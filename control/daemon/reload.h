#pragma once
// The configuration of a running daemon: read at the start and at every SIGHUP.

#include <expected>
#include <string>

#include "control/daemon/daemon.h"

namespace latchkey::control {

struct LoadedConfig {
  host::DaemonConfig config;
  Setup setup;
};

/// The file and all that it names. The error is one line for the operator.
std::expected<LoadedConfig, std::string> load(const std::string& path);

/// Reads the file again and hands it to the daemon, which was started with `first`. A file that is not good changes
/// nothing, and the log says why. What can't change in a running daemon stays, and the log says so.
void reload(const std::string& path, const host::DaemonConfig& first, host::Log& log, Daemon& daemon);

/// Whether `now` differs from `old` in what is fixed once the daemon runs.
bool needs_restart(const host::DaemonConfig& old, const host::DaemonConfig& now);

/// A warning for each named file that the user we are now may not read: a reload will fail there.
void warn_of_unreadable(const host::DaemonConfig& config, const host::Log& log);

}  // namespace latchkey::control
