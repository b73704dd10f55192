// latchkeyctl: what an operator asks of the running Latchkey.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "control/client.h"
#include "control/status_text.h"
#include "host/config.h"
#include "host/control_socket.h"
#include "latchkey-config.h"

namespace latchkey::control {
namespace {

enum Exit { kOk = 0, kRefused = 1, kUsage = 2, kNobodyAnswers = 3 };

int complain(int code, std::string_view what) {
  fmt::print(stderr, "latchkeyctl: {}\n", what);
  return code;
}

int status(bool as_json) {
  const auto reply = ask(host::control_socket_path(), R"({"schema": 1, "command": "status"})");
  if (!reply) return complain(kNobodyAnswers, reply.error());
  const auto parsed = nlohmann::json::parse(*reply, nullptr, false);
  if (!parsed.is_object()) return complain(kRefused, "the reply is not JSON");
  if (parsed.value("ok", nlohmann::json()) != nlohmann::json(true)) {
    return complain(kRefused, parsed.value("error", nlohmann::json("no reason given")).dump());
  }
  fmt::print("{}", as_json ? parsed.dump(2) + "\n" : status_text(parsed));
  return kOk;
}

int check(const std::string& file) {
  const auto config = file.empty() ? host::load_config() : host::read_config(file);
  if (!config) return complain(kRefused, config.error());
  fmt::print("the configuration is good\n");
  return kOk;
}

int print(const std::string& text) {
  fmt::print("{}", text);
  return kOk;
}

int run(int argc, char** argv) {
  CLI::App app("Asks the Latchkey that runs inside Unbound.", "latchkeyctl");
  app.footer(
      "The control socket is /run/latchkey/control.sock or what LATCHKEY_SOCKET names.\n"
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 nobody answers.");
  app.set_version_flag("--version", "latchkeyctl " PACKAGE_VERSION);
  app.require_subcommand(1);
  auto* status_command = app.add_subcommand("status", "Tunnels, failed peers and counts of verdicts");
  bool as_json = false;
  status_command->add_flag("--json", as_json, "As JSON: bytes as numbers, SPIs as 8 hex digits, times in ms");
  auto* config = app.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  auto* check_command = config->add_subcommand("check", "Checks a file without asking anybody");
  std::string file;
  check_command->add_option("FILE", file, "Default: the file that Latchkey would read");
  auto* help_command = config->add_subcommand("help", "Lists every key with its default");
  auto* manual_command = config->add_subcommand("manual", "Prints the manual page latchkey.yaml(5)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (status_command->parsed()) return status(as_json);
  if (check_command->parsed()) return check(file);
  if (help_command->parsed()) return print(host::config_help());
  if (manual_command->parsed()) return print(host::config_manual());
  return kUsage;
}

}  // namespace
}  // namespace latchkey::control

int main(int argc, char** argv) { return latchkey::control::run(argc, argv); }
