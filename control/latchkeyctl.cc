// latchkeyctl: what an operator asks of the running Latchkey, and what he prepares for it.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "control/client.h"
#include "control/complaint.h"
#include "control/explain_text.h"
#include "control/json_fields.h"
#include "control/keygen.h"
#include "control/policy_explain.h"
#include "control/sessions_text.h"
#include "control/status_text.h"
#include "host/config.h"
#include "host/control_socket.h"
#include "host/secret_file.h"
#include "latchkey-config.h"
#include "unbound-module/name_wire.h"

namespace latchkey::control {
namespace {

enum Exit { kOk = 0, kRefused = 1, kUsage = 2, kNobodyAnswers = 3 };

int complain(int code, std::string_view what) {
  fmt::print(stderr, "{}", complaint("latchkeyctl", what));
  return code;
}

/// Asks, and hands a reply that says yes to `tell`.
template <class Tell>
int request(const nlohmann::json& what, Tell tell) {
  const auto reply = ask(host::control_socket_path(), what.dump());
  if (!reply) return complain(kNobodyAnswers, reply.error());
  const auto parsed = nlohmann::json::parse(*reply, nullptr, false);
  if (!parsed.is_object()) return complain(kRefused, "the reply is not JSON");
  if (parsed.value("ok", nlohmann::json()) != nlohmann::json(true)) {
    return complain(kRefused, parsed.value("error", nlohmann::json("no reason given")).dump());
  }
  fmt::print("{}", tell(parsed));
  return kOk;
}

int status(bool as_json) {
  return request({{"schema", 1}, {"command", "status"}}, [&](const nlohmann::json& reply) {
    if (as_json) return reply.dump(2) + "\n";
    return is_of_latchkeyd(reply) ? sessions_text(reply) : status_text(reply);
  });
}

int explain(const std::string& name, bool as_json) {
  return request({{"schema", 1}, {"command", "explain"}, {"name", name}},
                 [&](const nlohmann::json& reply) { return as_json ? reply.dump(2) + "\n" : explain_text(reply); });
}

int terminate(const std::string& whom) {
  return request({{"schema", 1}, {"command", "terminate"}, {"whom", whom}},
                 [](const nlohmann::json& reply) { return fmt::format("{} ended\n", word(reply, "terminated")); });
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

/// What `policy test` is asked.
struct PolicyOptions {
  std::string name;
  std::vector<std::string> addresses, aliases;
  std::string file;
  bool as_json = false;
};

int policy_test(const PolicyOptions& options) {
  const auto config = options.file.empty() ? host::load_config() : host::read_config(options.file);
  if (!config) return complain(kRefused, config.error());
  PolicyQuestion question;
  std::vector<std::string> names{options.name};
  names.insert(names.end(), options.aliases.begin(), options.aliases.end());
  for (const std::string& name : names) {
    auto wire = unbound::name_wire(name);
    if (!wire) return complain(kUsage, fmt::format("{} is no DNS name", host::escape(name)));
    question.names.push_back(std::move(*wire));
  }
  for (const std::string& text : options.addresses) {
    const auto address = base::Address::parse(text);
    if (!address) return complain(kUsage, fmt::format("{} is no IP address", host::escape(text)));
    question.addresses.push_back(*address);
  }
  const nlohmann::json explained = explain_policy(*config, question);
  return print(options.as_json ? explained.dump(2) + "\n" : policy_text(explained));
}

CLI::App* add_policy_test(CLI::App& app, PolicyOptions& options) {
  auto* policy = app.add_subcommand("policy", "The groups of the configuration");
  policy->require_subcommand(1);
  auto* command = policy->add_subcommand("test", "Says what they decide about a name, without doing it");
  command->add_option("NAME", options.name, "A DNS name")->required();
  command->add_option("ADDRESS", options.addresses, "Its addresses");
  command->add_option("--alias", options.aliases, "A name that it is an alias of; may be said again")
      ->allow_extra_args(false);
  command->add_option("--file", options.file, "Default: the file that Latchkey would read");
  command->add_flag("--json", options.as_json, "As JSON");
  return command;
}

int keygen(const KeygenOptions& options) {
  const bool is_new = options.from.empty();
  const auto key = is_new ? new_key(options) : key_of_file(options.from);
  if (!key) return complain(is_new ? kUsage : kRefused, key.error());
  // The record first: a key that cannot be published is not worth a file.
  const auto lines = record_lines(options.name, key->public_key());
  if (!lines) return complain(kRefused, lines.error());
  if (is_new) {
    const auto pem = key->to_pem();
    if (!pem) return complain(kRefused, pem.error().text);
    if (const auto written = host::write_secret_file(options.out, pem->view()); !written) {
      return complain(kRefused, written.error());
    }
    const std::string where = fmt::format("the private key is in {}; publish either of these lines", options.out);
    fmt::print(stderr, "{}", complaint("latchkeyctl", where));
  }
  return print(*lines);
}

CLI::App* add_keygen(CLI::App& app, KeygenOptions& options) {
  auto* command = app.add_subcommand("keygen", "Makes a server's key and prints the IPSECKEY record that publishes it");
  auto* type = command->add_option("--type", options.type, "ed25519 (default), ecdsa or rsa");
  auto* bits =
      command->add_option("--bits", options.bits, "rsa: 2048 to 4096, default 3072; ecdsa: 256 (default) or 384");
  auto* out = command->add_option("--out", options.out, "The new private key's file, default " + options.out);
  auto* from = command->add_option("--from", options.from, "Prints the record of the private key in this file");
  from->excludes(type)->excludes(bits)->excludes(out);
  command->add_option("--name", options.name, "The record's owner, default @: the zone itself");
  return command;
}

int run(int argc, char** argv) {
  CLI::App app("Asks the Latchkey that runs inside Unbound, or latchkeyd, and makes servers' keys.", "latchkeyctl");
  app.footer(
      "The control socket is /run/latchkey/control.sock or what LATCHKEY_SOCKET names.\n"
      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 nobody answers.");
  app.set_version_flag("--version", "latchkeyctl " PACKAGE_VERSION);
  app.require_subcommand(1);
  auto* status_command =
      app.add_subcommand("status", "Tunnels, failed peers and counts of verdicts; of latchkeyd: sessions");
  bool as_json = false;
  status_command->add_flag("--json", as_json, "As JSON: bytes as numbers, SPIs as 8 hex digits, times in ms");
  auto* explain_command = app.add_subcommand("explain", "How a name was answered: from the question to the kernel");
  std::string name;
  explain_command->add_option("NAME", name, "A DNS name")->required();
  explain_command->add_flag("--json", as_json, "As JSON: times in ms since the question came");
  auto* terminate_command = app.add_subcommand("terminate", "Ends sessions of latchkeyd");
  std::string whom;
  terminate_command->add_option("WHOM", whom, "A session's number, an address, or an inner address")->required();
  auto* config = app.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  auto* check_command = config->add_subcommand("check", "Checks a file without asking anybody");
  std::string file;
  check_command->add_option("FILE", file, "Default: the file that Latchkey would read");
  auto* help_command = config->add_subcommand("help", "Lists every key with its default");
  auto* manual_command = config->add_subcommand("manual", "Prints the manual page latchkey.yaml(5)");
  PolicyOptions policy_options;
  auto* policy_command = add_policy_test(app, policy_options);
  KeygenOptions keygen_options;
  auto* keygen_command = add_keygen(app, keygen_options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (status_command->parsed()) return status(as_json);
  if (explain_command->parsed()) return explain(name, as_json);
  if (terminate_command->parsed()) return terminate(whom);
  if (policy_command->parsed()) return policy_test(policy_options);
  if (check_command->parsed()) return check(file);
  if (keygen_command->parsed()) return keygen(keygen_options);
  if (help_command->parsed()) return print(host::config_help());
  if (manual_command->parsed()) return print(host::config_manual());
  return kUsage;
}

}  // namespace
}  // namespace latchkey::control

int main(int argc, char** argv) { return latchkey::control::run(argc, argv); }
