#pragma once
// What somebody hostile has done to an engine: asked after everything that one can do.

#include <string>

#include "tests/sim/stranger.h"
#include "tests/sim/world.h"

namespace latchkey::sim {

/// By strangers who have proven nothing: "", or the first of these. An answer was longer than its question, before its
/// reader had shown that it hears us. A session, a child or a reserved SPI has come of it. A minute later something is
/// left. An honest stranger is not served.
std::string harm_by_strangers(Server& server);

/// By strangers of whom some have proven who they are and have `children` children: "", or that there are more, or that
/// an honest stranger is not served.
std::string harm_by_clients(Server& server, std::size_t children);

/// By the server that the world's engine has asked, its behaviour: "", or the first of these. A tunnel is up, or was. A
/// child or a reserved SPI has come of it, or minutes later a session or a timer is left. The engine has sent more than
/// its retransmissions. It gets no tunnel with an honest server.
std::string harm_by_server(World& world);

}  // namespace latchkey::sim
