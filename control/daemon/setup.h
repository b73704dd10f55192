#pragma once
// What latchkeyd.yaml comes to when the files that it names are read: keys, secrets and certificates in memory.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "host/daemon_config.h"
#include "ike-engine/api/types.h"

namespace latchkey::control {

/// A tunnel that we begin, and begin again.
struct Connection {
  std::string name;
  base::Address remote;
  api::OwnProof own;
  api::PeerProof peer;
  api::Mode mode = api::Mode::tunnel;
  bool request_address = false;
  std::optional<api::Ppk> ppk = {};
};

/// Whether both say the same, with the same keys.
bool same(const Connection& a, const Connection& b);

struct Setup {
  std::optional<api::ResponderConfig> responder;  ///< nothing: nobody may come
  std::vector<Connection> connections;
};

/// Reads the files of a configuration whose own file is `name`. Every key, secret and certificate has been found good
/// by itself then. The error is one line for the operator, "NAME:LINE:COLUMN: WHAT".
std::expected<Setup, std::string> load_setup(const host::DaemonConfig& config, const std::string& name);

}  // namespace latchkey::control
