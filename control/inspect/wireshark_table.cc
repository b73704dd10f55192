// Wireshark's ikev2_decryption_table: comma-separated, texts in quotes, "#" begins a comment line.
#include <fmt/format.h>

#include "control/inspect/algorithms.h"
#include "control/inspect/keyring.h"
#include "control/inspect/octets.h"

namespace latchkey::inspect {
namespace {

using base::Buffer;
using base::SecretBytes;

constexpr std::array<std::string_view, 8> kColumns{
    "SPIi", "SPIr", "SK_ei", "SK_er", "encryption algorithm", "SK_ai", "SK_ar", "integrity algorithm"};
enum Column : std::size_t { spi_i, spi_r, sk_ei, sk_er, encryption, sk_ai, sk_ar, integrity };
using Row = std::array<std::string, kColumns.size()>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Cuts off and returns what stands before `end`.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

/// The fields of a line. A comma inside quotes does not end one.
std::expected<Row, std::string> split(std::string_view line) {
  Row row;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (line.empty()) return std::unexpected(fmt::format("the {} is missing", kColumns[i]));
    if (line.front() != '"') {
      row[i] = trimmed(take_until(line, ','));
      continue;
    }
    line.remove_prefix(1);
    row[i] = take_until(line, '"');
    if (!trimmed(take_until(line, ',')).empty()) {
      return std::unexpected(fmt::format("something stands behind the quotes of the {}", kColumns[i]));
    }
  }
  if (!trimmed(line).empty()) return std::unexpected("more than eight fields");
  return row;
}

std::expected<Buffer, std::string> octets(const Row& row, Column column) {
  auto octets = parse_hex(row[column]);
  if (!octets) return std::unexpected(fmt::format("the {}: {}", kColumns[column], octets.error()));
  const bool is_spi = column == spi_i || column == spi_r;
  if (is_spi && octets->size() != 8)
    return std::unexpected(fmt::format("the {} is not 16 hex digits", kColumns[column]));
  return octets;
}

std::expected<void, std::string> add(Keyring& keyring, const Row& row) {
  std::array<Buffer, kColumns.size()> values;
  for (const Column column : {spi_i, spi_r, sk_ei, sk_er, sk_ai, sk_ar}) {
    auto value = octets(row, column);
    if (!value) return std::unexpected(value.error());
    values[column] = std::move(*value);
  }
  const auto found = wireshark_algorithm(row[encryption], row[integrity]);
  if (!found) return std::unexpected("an encryption or integrity algorithm that we do not have");
  auto opener = SaOpener::make({{SecretBytes(values[sk_ei]), SecretBytes(values[sk_ai])},
                                {SecretBytes(values[sk_er]), SecretBytes(values[sk_ar])}},
                               {*found});
  if (!opener) return std::unexpected(opener.error());
  keyring.add(base::IkeSpi{base::Reader(values[spi_i]).u64()}, base::IkeSpi{base::Reader(values[spi_r]).u64()},
              std::move(*opener));
  return {};
}

}  // namespace

std::expected<Keyring, std::string> read_wireshark_table(std::string_view text) {
  Keyring keyring;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = trimmed(take_until(text, '\n'));
    if (line.empty() || line.front() == '#') continue;
    const auto row = split(line);
    const auto added = row ? add(keyring, *row) : std::unexpected(row.error());
    if (!added) return std::unexpected(fmt::format("line {}: {}", number, added.error()));
  }
  return keyring;
}

}  // namespace latchkey::inspect
