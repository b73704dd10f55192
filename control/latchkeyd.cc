// latchkeyd: Latchkey's server side, and tunnels between hosts that know each other.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "control/complaint.h"
#include "control/daemon/daemon.h"
#include "control/daemon/privileges.h"
#include "control/daemon/reload.h"
#include "control/daemon/summary.h"
#include "host/control_socket.h"
#include "host/engine_thread.h"
#include "latchkey-config.h"

namespace latchkey::control {
namespace {

enum Exit { kOk = 0, kRefused = 1, kUsage = 2 };

int complain(std::string_view what) {
  fmt::print(stderr, "{}", complaint("latchkeyd", what));
  return kRefused;
}

int print(const std::string& text) {
  fmt::print("{}", text);
  return kOk;
}

std::string user_of(const host::DaemonConfig& config) {
  return config.user.empty() ? std::string(host::kDefaultUser) : config.user;
}

int check(const std::string& path) {
  const auto loaded = load(path);
  if (!loaded) return complain(loaded.error());
  return print(summary(loaded->config, loaded->setup));
}

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, signal);
  return set;
}

std::expected<void, std::string> become_small(const host::DaemonConfig& config) {
  if (auto made = make_socket_folder(host::control_socket_path(), user_of(config)); !made) return made;
  return drop_privileges(user_of(config));
}

/// Until somebody ends us. SIGHUP: the file again; a bad one changes nothing.
void obey_signals(const std::string& path, const host::DaemonConfig& first, host::Log& log, Daemon& daemon) {
  const sigset_t set = signals();
  for (;;) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0) continue;
    if (signal != SIGHUP) {
      log.info("ending", {{"signal", signal == SIGTERM ? "TERM" : "INT"}});
      return;
    }
    reload(path, first, log, daemon);
  }
}

int serve(const std::string& path) {
  auto loaded = load(path);
  if (!loaded) return complain(loaded.error());
  host::Log log([](host::Level, std::string_view line) { fmt::print(stderr, "{}\n", line); }, loaded->config.log_level);
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // Before the thread is made: what it opens it opens with the two capabilities that are left.
  if (auto done = become_small(loaded->config); !done) return complain(done.error());
  warn_of_unreadable(loaded->config, log);
  Daemon daemon(std::move(loaded->setup), log);
  auto thread = host::EngineThread::start(engine_settings(loaded->config), log, daemon);
  if (!thread) return complain(thread.error());
  if (!daemon.refusal().empty()) return complain(daemon.refusal());
  log.info("ready", {{"version", PACKAGE_VERSION}, {"uid", ::geteuid()}});
  obey_signals(path, loaded->config, log, daemon);
  thread->reset();
  log.info("ended", {});
  return kOk;
}

int run(int argc, char** argv) {
  CLI::App app("Latchkey's server: lets clients in that found its key in DNS, or that it knows.", "latchkeyd");
  app.footer(
      "Stays in the foreground and logs to its standard error. SIGHUP: reads the file again; SIGTERM: says goodbye to "
      "all peers and ends.\n"
      "The control socket is /run/latchkey/control.sock or what LATCHKEY_SOCKET names; latchkeyctl(8) asks there.\n"
      "Exit status: 0 ended when it was told to, 1 refused, 2 wrong usage.");
  app.set_version_flag("--version", "latchkeyd " PACKAGE_VERSION);
  std::string path(host::kDefaultDaemonConfigPath);
  app.add_option("--config", path, "The configuration file")->capture_default_str();
  bool check_only = false, help = false, manual = false;
  auto* check_flag =
      app.add_flag("--check", check_only, "Checks the file and those that it names, says what it comes to, and ends");
  auto* help_flag = app.add_flag("--config-help", help, "Lists every key of the file with its default");
  app.add_flag("--config-manual", manual, "Prints the manual page latchkeyd.yaml(5)")
      ->excludes(check_flag)
      ->excludes(help_flag);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (help) return print(host::daemon_config_help());
  if (manual) return print(host::daemon_config_manual());
  return check_only ? check(path) : serve(path);
}

}  // namespace
}  // namespace latchkey::control

int main(int argc, char** argv) {
  try {
    return latchkey::control::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}", latchkey::control::complaint("latchkeyd", error.what()));
    return 1;
  }
}
