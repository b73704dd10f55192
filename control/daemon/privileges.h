#pragma once
// What the daemon needs of root, and how it gets rid of the rest.

#include <expected>
#include <string>

namespace latchkey::control {

/// Makes the folder of the control socket at `socket` if it is missing, `user`'s own. Only as root; otherwise the
/// folder has to be there. The error is one sentence.
std::expected<void, std::string> make_socket_folder(const std::string& socket, const std::string& user);

/// Becomes `user` with his group and no other, for good, if the process is root's; then, in any case, keeps
/// CAP_NET_ADMIN and CAP_NET_BIND_SERVICE (as far as they are there) and loses every other capability, also for
/// programs that it might run; no_new_privs; its memory can't be read by others of the same user. Capabilities are a
/// thread's own: call it before there are others. The error is one sentence, and the process must end then.
std::expected<void, std::string> drop_privileges(const std::string& user);

}  // namespace latchkey::control
