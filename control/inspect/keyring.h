#pragma once
// Keys of IKE SAs as files hold them.

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/inspect/sa_opener.h"

namespace latchkey::inspect {

/// Keys by the SPIs of their IKE SA.
class Keyring {
 public:
  void add(base::IkeSpi spi_i, base::IkeSpi spi_r, SaOpener opener);
  /// Keys that a file gives without SPIs: tried for each IKE SA that has none of its own.
  void add_for_any(SaOpener opener);

  /// What opens a message with this header; nullptr if there are no keys for it.
  SaOpener* find(const wire::Header& header);

 private:
  std::map<std::pair<base::IkeSpi, base::IkeSpi>, SaOpener> openers_;
  std::optional<SaOpener> any_;
};

/// From JSON: {"ike_sas": [SA...]}, [SA...] or SA, where SA is {"spi_i", "spi_r", "sk_ei", "sk_er", "sk_ai", "sk_ar"}
/// in hex, the last two only beside a cipher that is no AEAD; or {"key", "salt"}, one AEAD key for both directions of
/// any SA. Other fields are passed over. The error says which field is wrong.
std::expected<Keyring, std::string> read_keys_json(std::string_view text);

/// From Wireshark's ikev2_decryption_table: a line an SA, of SPIi, SPIr, SK_ei, SK_er, encryption, SK_ai, SK_ar,
/// integrity. The error says which line is wrong.
std::expected<Keyring, std::string> read_wireshark_table(std::string_view text);

}  // namespace latchkey::inspect
