// What the program prints of a capture, said in tcpdump's words, is what tcpdump prints of it.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/vectors.h"
#include "tests/unit/control/run_iketool.h"
#include "tests/unit/control/tcpdump_secrets.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* field) { return object[field].get<std::string>(); }

/// tcpdump's word for a number of the registry; the number itself if it is none that its text here has.
std::string word(const json& number, const std::map<int, const char*>& words) {
  const auto found = words.find(number.get<int>());
  return found == words.end() ? number.dump() : found->second;
}

std::string word_of_transform(const json& transform) {
  static const std::map<int, std::map<int, const char*>> kWords{
      {1, {{3, "3des"}, {12, "aes"}}},
      {2, {{1, "hmac-md5"}, {2, "hmac-sha"}}},
      {3, {{2, "hmac-sha"}}},
      {4, {{2, "modp1024"}, {5, "modp1536"}}},
  };
  return word(transform["id"], kWords.at(transform["type"].get<int>()));
}

std::string of_proposal(const json& proposal) {
  const json& transforms = proposal["transforms"];
  std::string told = fmt::format("\n        (p: #{} protoid={} transform={} len={}", proposal["number"].dump(),
                                 word(proposal["protocol"], {{1, "isakmp"}}), transforms.size(),
                                 8 + text(proposal, "spi").size() / 2 + 8 * transforms.size());
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    EXPECT_EQ(transforms[i]["attributes"], json::array()) << "they would need words, too";
    told += fmt::format("\n            (t: #{} type={} id={} )", i + 1,
                        word(transforms[i]["type"], {{1, "encr"}, {2, "prf"}, {3, "integ"}, {4, "dh"}}),
                        word_of_transform(transforms[i]));
  }
  return told + ")";
}

std::string of_proposals(const json& payload) {
  std::string told;
  for (const json& proposal : payload["proposals"]) told += of_proposal(proposal);
  return told;
}

std::string of_fields(const json& payload) {
  switch (payload["type"].get<int>()) {
    case 33: return of_proposals(payload);
    case 34: return fmt::format(" group={} {}", word(payload["method"], {{5, "modp1536"}}), text(payload, "data"));
    case 35:
      return fmt::format(" {} {}:{}", text(payload, "body"), word(payload["id_type"], {{2, "fqdn"}}),
                         text(payload, "text"));
    case 39:
      return fmt::format(" method={} authdata=({}) ", word(payload["method"], {{1, "rsasig"}}), text(payload, "data"));
    case 40: return fmt::format(" nonce=({}) ", text(payload, "data"));
    case 43: return fmt::format(" vid={} {}", text(payload, "text"), text(payload, "data"));
    default: return " " + text(payload, "body");
  }
}

/// tcpdump's length of a key exchange is that of the value alone.
std::size_t length_of(const json& payload) { return text(payload, payload["type"] == 34 ? "data" : "body").size() / 2; }

/// A payload, the last parenthesis left open.
std::string of_payload(const json& payload, std::string_view margin) {
  const std::string name =
      word(payload["type"],
           {{33, "sa"}, {34, "v2ke"}, {35, "v2IDi"}, {39, "v2auth"}, {40, "nonce"}, {43, "v2vid"}, {46, "v2e"}});
  return fmt::format("\n{}({}{}: len={}{}", margin, name, payload["critical"].get<bool>() ? "[C]" : "",
                     length_of(payload), of_fields(payload));
}

std::string of_payloads(const json& payloads, std::string_view margin) {
  std::string told;
  for (const json& payload : payloads) told += of_payload(payload, margin) + ")";
  return told;
}

/// "192.1.2.45:500" with a full stop.
std::string of_end(const std::string& end) {
  const std::size_t colon = end.rfind(':');
  return end.substr(0, colon) + "." + end.substr(colon + 1);
}

std::string of_message(const json& message) {
  std::string told = fmt::format(
      "    {} > {}: [no cksum] isakmp {} msgid {:08x} cookie {}->{}: parent_sa {}[{}]:",
      of_end(text(message, "source")), of_end(text(message, "destination")), text(message, "version"),
      message["msgid"].get<unsigned>(), text(message, "spi_i"), text(message, "spi_r"),
      word(message["exchange"], {{34, "ikev2_init"}, {35, "ikev2_auth"}}), word(message["flags"], {{8, "I"}}));
  const json& payloads = message["payloads"];
  if (message["decrypted"] == false) return told + of_payloads(payloads, "    ") + "\n";
  return told + of_payload(message["encrypted"], "    ") + of_payloads(payloads, "            ") + ")\n";
}

/// tcpdump's text without the lines of IP, which have the frame's number in front.
std::string of_ike(const std::string& printed) {
  std::istringstream lines(printed);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" IP (") == std::string::npos) kept += line + "\n";
  }
  return kept;
}

TEST(iketool_tcpdump, says_of_an_opened_ike_auth_what_tcpdump_says) {
  const auto folder = support::find_vectors("captures/tcpdump");
  if (!folder) return;
  const std::string table =
      write_file("tcpdump_table", table_of_secrets(support::read_text(*folder / "ikev2pI2-secrets.txt")));
  const Ran ran = run("decode --wireshark-table " + table + " '" + (*folder / "ikev2pI2.pcap").string() + "'");
  EXPECT_EQ(ran.exit, 1) << "the ICV is not that of its key; tcpdump does not look at it" << ran.err;
  std::string told;
  for (const json& message : json::parse(ran.out)) told += of_message(message);
  EXPECT_EQ(told, of_ike(support::read_text(*folder / "ikev2pI2.out")));
}

}  // namespace
}  // namespace latchkey::inspect
