#include "control/daemon/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

namespace latchkey::control {
namespace {

using Done = std::expected<void, std::string>;

constexpr std::uint64_t kKept = (std::uint64_t{1} << CAP_NET_ADMIN) | (std::uint64_t{1} << CAP_NET_BIND_SERVICE);

std::unexpected<std::string> failure(std::string_view what) {
  return std::unexpected(fmt::format("privileges: {}: {}", what, std::strerror(errno)));
}

std::expected<passwd, std::string> find_user(const std::string& user) {
  errno = 0;
  const passwd* found = ::getpwnam(user.c_str());
  if (!found) return std::unexpected(fmt::format("there is no user {}", user));
  return *found;  // its numbers are all that is used
}

Done become(const passwd& user) {
  // Or the change of user would take the capabilities with it.
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return failure("PR_SET_KEEPCAPS");
  if (::setgroups(0, nullptr) != 0) return failure("setgroups");
  if (::setresgid(user.pw_gid, user.pw_gid, user.pw_gid) != 0) return failure("setresgid");
  if (::setresuid(user.pw_uid, user.pw_uid, user.pw_uid) != 0) return failure("setresuid");
  return {};
}

/// What no program that is run later may ever have. Needs CAP_SETPCAP; without it the set stays as the caller's.
void limit_bounding_set() {
  for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if ((kKept >> capability & 1U) == 0) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
}

using CapabilityWords = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

Done keep_two() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  CapabilityWords words{};
  if (::syscall(SYS_capget, &header, words.data()) != 0) return failure("capget");
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i].permitted &= static_cast<std::uint32_t>(kKept >> (32 * i));
    words[i].effective = words[i].permitted;
    words[i].inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, words.data()) != 0) return failure("capset");
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return failure("PR_CAP_AMBIENT");
  return {};
}

}  // namespace

Done make_socket_folder(const std::string& socket, const std::string& user) {
  const auto folder = std::filesystem::path(socket).parent_path();
  if (::geteuid() != 0 || folder.empty() || std::filesystem::exists(folder)) return {};
  const auto owner = find_user(user);
  if (!owner) return std::unexpected(owner.error());
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0755) != 0 || ::chown(folder.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return std::unexpected(fmt::format("{}: cannot be made: {}", folder.string(), std::strerror(errno)));
  }
  return {};
}

Done drop_privileges(const std::string& user) {
  if (::geteuid() == 0) {
    const auto found = find_user(user);
    if (!found) return std::unexpected(found.error());
    limit_bounding_set();
    if (auto done = become(*found); !done) return done;
  }
  if (auto done = keep_two(); !done) return done;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("PR_SET_NO_NEW_PRIVS");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failure("PR_SET_DUMPABLE");
  return {};
}

}  // namespace latchkey::control
