#pragma once
// The keys that come with tcpdump's captures.

#include <map>
#include <sstream>
#include <string>
#include <utility>

namespace latchkey::inspect {

/// tcpdump's secrets, "ikev2 I 0xSPIi 0xSPIr sha1:0xSK_a aes128:0xSK_e" a direction, as a line of Wireshark's table.
inline std::string table_of_secrets(const std::string& secrets) {
  std::istringstream words(secrets);
  std::map<std::string, std::pair<std::string, std::string>> keys;
  std::string version, side, spi_i, spi_r, integ, encr;
  while (words >> version >> side >> spi_i >> spi_r >> integ >> encr) {
    keys[side] = {encr.substr(encr.find("0x")), integ.substr(integ.find("0x"))};
  }
  return spi_i + "," + spi_r + "," + keys["I"].first + "," + keys["R"].first + ",\"AES-CBC-128 [RFC3602]\"," +
         keys["I"].second + "," + keys["R"].second + ",\"HMAC_SHA1_96 [RFC2404]\"";
}

}  // namespace latchkey::inspect
