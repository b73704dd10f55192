// iketool: see inside IKE, for users and for tests. No network, no root.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "control/complaint.h"
#include "control/inspect/auth_verify.h"
#include "control/inspect/decode.h"
#include "control/inspect/ipseckey_json.h"
#include "control/inspect/kdf.h"
#include "control/inspect/octets.h"
#include "control/inspect/wycheproof.h"
#include "latchkey-config.h"

namespace latchkey::inspect {
namespace {

int complain(Exit exit, std::string_view what) {
  fmt::print(stderr, "{}", control::complaint("iketool", what));
  return static_cast<int>(exit);
}

/// ASCII alone: whatever a file held, no terminal obeys it.
std::string text_of(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', true, Json::error_handler_t::replace);
}

/// Whether all that was printed has gone out.
bool printed() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

int finish(const Outcome& outcome, std::string_view input) {
  if (!outcome)
    return complain(Exit::malformed, input.empty() ? outcome.error() : fmt::format("{}: {}", input, outcome.error()));
  fmt::print("{}\n", text_of(outcome->json, 2));
  if (!printed()) return complain(Exit::malformed, "standard output: cannot be written");
  return static_cast<int>(outcome->exit);
}

/// A list that is printed as it grows, so that a long capture needs no memory.
class PrintedList {
 public:
  PrintedList() { fmt::print("["); }
  void add(const Json& json) {
    fmt::print("{}\n{}", any_ ? "," : "", text_of(json));
    any_ = true;
  }
  void end() { fmt::print("{}]\n", any_ ? "\n" : ""); }

 private:
  bool any_ = false;
};

struct Decode {
  std::string file, hex, keys, table;

  void add_to(CLI::App& app) {
    command = app.add_subcommand("decode", "Shows the IKE messages of a capture, or one message");
    command->footer("A capture is pcap, pcapng or snoop; \"-\" is the standard input. One JSON object a message.");
    auto* capture = command->add_option("FILE", file, "The capture");
    auto* message = command->add_option("--hex", hex, "One message in hex, or @FILE with it");
    auto* json_keys = command->add_option("--keys", keys, "Keys as JSON: iketool(1) says which fields");
    auto* wireshark = command->add_option("--wireshark-table", table, "Keys as Wireshark's ikev2_decryption_table");
    capture->excludes(message);
    json_keys->excludes(wireshark);
  }

  std::expected<Keyring, std::string> keyring() const {
    const std::string& path = keys.empty() ? table : keys;
    if (path.empty()) return Keyring();
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    auto read = keys.empty() ? read_wireshark_table(*text) : read_keys_json(*text);
    if (!read) return std::unexpected(fmt::format("{}: {}", path, read.error()));
    return read;
  }

  int run() const {
    if (file.empty() && hex.empty()) return complain(Exit::malformed, "decode: a capture or --hex is needed");
    auto keys_read = keyring();
    if (!keys_read) return complain(Exit::malformed, keys_read.error());
    Decoder decoder(std::move(*keys_read));
    return hex.empty() ? run_capture(decoder) : run_message(decoder);
  }

  int run_message(Decoder& decoder) const {
    const auto octets = octets_of_argument(hex);
    if (!octets) return complain(Exit::malformed, "--hex: " + octets.error());
    PrintedList list;
    return end(list, decode_message(*octets, decoder, [&](const Json& json) { list.add(json); }), "--hex");
  }

  int run_capture(Decoder& decoder) const {
    const auto capture = read_file(file, kMaxCapture);
    if (!capture) return complain(Exit::malformed, capture.error());
    PrintedList list;
    const auto verdict = decode_capture(base::as_bytes(*capture), decoder, [&](const Json& json) { list.add(json); });
    return end(list, verdict, file);
  }

  static int end(PrintedList& list, const Verdict& verdict, std::string_view input) {
    list.end();
    if (!printed()) return complain(Exit::malformed, "standard output: cannot be written");
    if (verdict.exit == Exit::fine) return static_cast<int>(Exit::fine);
    return complain(verdict.exit, fmt::format("{}: {}", input, verdict.complaint));
  }

  CLI::App* command = nullptr;
};

/// A verb that reads one file of vectors.
struct OverFile {
  std::string_view name;
  Outcome (*verb)(std::string_view file);
  std::string file;
  CLI::App* command = nullptr;

  void add_to(CLI::App& app, const char* about, const char* what) {
    command = app.add_subcommand(std::string(name), about);
    command->add_option("FILE", file, what)->required();
  }

  int run() const {
    const auto text = read_file(file);
    if (!text) return complain(Exit::malformed, text.error());
    return finish(verb(*text), file);
  }
};

/// CLI11 takes nothing for 0.
std::string number(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits ? "" : "a number is needed";
}

struct AuthVerify {
  std::string octets, pem, record, data;
  unsigned method = 0;

  void add_to(CLI::App& app) {
    command = app.add_subcommand("auth-verify", "Whether an AUTH payload's data is a signature by a key");
    command->footer("HEX may be @FILE with it. Exit status: 0 it is, 1 it is not, 2 malformed input.");
    command->add_option("--octets", octets, "What was signed, in hex (RFC 7296 section 2.15)")->required();
    auto* key = command->add_option("--pubkey", pem, "The key: a PEM file with a public key or a certificate");
    command->add_option("--ipseckey", record, "The key: an IPSECKEY record")->excludes(key);
    command->add_option("--method", method, "The AUTH method: 1, 9, 10, 11 or 14")->required()->check(number);
    command->add_option("--data", data, "The authentication data, in hex")->required();
  }

  std::expected<GivenKey, std::string> key() const {
    if (!record.empty()) return key_of_ipseckey(record);
    const auto text = read_file(pem);
    if (!text) return std::unexpected(text.error());
    auto key = key_of_pem(*text);
    if (!key) return std::unexpected(fmt::format("{}: {}", pem, key.error()));
    return key;
  }

  int run() const {
    if (pem.empty() && record.empty())
      return complain(Exit::malformed, "auth-verify: --pubkey or --ipseckey is needed");
    const auto given = key();
    if (!given)
      return complain(Exit::malformed,
                      fmt::format("{}: {}", record.empty() ? "--pubkey" : "--ipseckey", given.error()));
    const auto signed_octets = octets_of_argument(octets);
    if (!signed_octets) return complain(Exit::malformed, "--octets: " + signed_octets.error());
    const auto auth_data = octets_of_argument(data);
    if (!auth_data) return complain(Exit::malformed, "--data: " + auth_data.error());
    return finish(auth_verify(*given, method, *signed_octets, *auth_data), "auth-verify");
  }

  CLI::App* command = nullptr;
};

struct Ipseckey {
  std::vector<std::string> words;
  std::string wire;

  void add_to(CLI::App& app) {
    command = app.add_subcommand("ipseckey", "An IPSECKEY record in each of its forms");
    constexpr const char* kWire = "The rdata in hex, or @FILE with it";
    command->add_option("--wire", wire, kWire);
    auto* parse = command->add_subcommand("parse", "Takes a record apart");
    parse->add_option("RECORD", words, "In presentation form, with or without owner, TTL, class and type");
    parse->add_option("--wire", wire, kWire);
  }

  int run() const {
    if (words.empty() == wire.empty()) {
      return complain(Exit::malformed, "ipseckey parse: either a record or --wire is needed");
    }
    if (words.empty()) return run_wire();
    return finish(ipseckey_of_text(fmt::format("{}", fmt::join(words, " "))), "RECORD");
  }

  int run_wire() const {
    const auto octets = octets_of_argument(wire);
    if (!octets) return complain(Exit::malformed, "--wire: " + octets.error());
    return finish(ipseckey_of_wire(*octets), "--wire");
  }

  CLI::App* command = nullptr;
};

int run(int argc, char** argv) {
  CLI::App app("Sees inside IKE: captures, keys, signatures, IPSECKEY records. No network, no root.", "iketool");
  app.footer(
      "JSON goes to the standard output, complaints to the standard error.\n"
      "Exit status: 0 fine, 1 refused (wrong signature, wrong ICV), 2 malformed input or wrong usage.");
  app.set_version_flag("--version", "iketool " PACKAGE_VERSION);
  app.require_subcommand(1);
  Decode decode;
  OverFile derivation{"kdf", kdf, {}};
  AuthVerify auth;
  Ipseckey ipseckey;
  OverFile vectors{"wycheproof", wycheproof, {}};
  decode.add_to(app);
  derivation.add_to(app, "IKE's key derivation for test vectors", "JSON vectors, an ACVP file or a NIST response file");
  auth.add_to(app);
  ipseckey.add_to(app);
  vectors.add_to(app, "Judges Project Wycheproof's test vectors", "A file of testvectors_v1");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(Exit::fine) : static_cast<int>(Exit::malformed);
  }
  if (decode.command->parsed()) return decode.run();
  if (derivation.command->parsed()) return derivation.run();
  if (auth.command->parsed()) return auth.run();
  if (ipseckey.command->parsed()) return ipseckey.run();
  return vectors.run();
}

}  // namespace
}  // namespace latchkey::inspect

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is no reason to die by a signal
  try {
    return latchkey::inspect::run(argc, argv);
  } catch (const std::exception& error) {
    return latchkey::inspect::complain(latchkey::inspect::Exit::malformed, error.what());
  }
}
