// NIST's response files for IKEv2's key derivation.
#include <fmt/format.h>

#include <charconv>

#include "control/inspect/kdf_vector.h"

namespace latchkey::inspect {
namespace {

using nlohmann::json;

struct Word {
  std::string_view nist;
  std::string_view ours;
};
constexpr Word kFields[] = {{"Ni", "ni"},      {"Nr", "nr"},     {"g^ir", "g_ir"}, {"g^ir (new)", "g_ir_new"},
                            {"SPIi", "spi_i"}, {"SPIr", "spi_r"}};
constexpr Word kLengths[] = {{"DKM length", "dkm_length"}, {"Child SA DKM length", "dkm_child_sa_length"}};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

template <std::size_t size>
std::string our_word(const Word (&words)[size], std::string_view nist) {
  for (const Word& word : words) {
    if (word.nist == nist) return std::string(word.ours);
  }
  return {};
}

class ResponseFile {
 public:
  std::expected<void, std::string> line(std::string_view line) {
    if (line.starts_with('[') && line.ends_with(']')) return section(trimmed(line.substr(1, line.size() - 2)));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return std::unexpected("neither a field nor a section");
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string_view value = trimmed(line.substr(equals + 1));
    if (name == "COUNT") {
      vectors.push_back(sections_);
      vectors.back()["id"] = std::string(value);
      return {};
    }
    if (vectors.empty()) return std::unexpected("a field before the first COUNT");
    // What has no word of ours is an answer.
    if (const std::string word = our_word(kFields, name); !word.empty()) vectors.back()[word] = std::string(value);
    return {};
  }

  json vectors = json::array();

 private:
  std::expected<void, std::string> section(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      sections_["prf"] = std::string(text);
      return {};
    }
    const std::string word = our_word(kLengths, trimmed(text.substr(0, equals)));
    if (word.empty()) return {};
    const std::string_view value = trimmed(text.substr(equals + 1));
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
    if (error != std::errc() || end != value.data() + value.size())
      return std::unexpected("the length is not a number");
    sections_[word] = bits;
    return {};
  }

  json sections_ = json::object();
};

}  // namespace

bool is_response_file(std::string_view file) {
  return file.starts_with("COUNT = ") || file.find("\nCOUNT = ") != std::string_view::npos;
}

std::expected<json, std::string> json_of_response_file(std::string_view file) {
  ResponseFile response;
  for (std::size_t number = 1; !file.empty(); ++number) {
    const std::size_t end = file.find('\n');
    const std::string_view line = trimmed(file.substr(0, end));
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (auto read = response.line(line); !read)
      return std::unexpected(fmt::format("line {}: {}", number, read.error()));
  }
  return std::move(response.vectors);
}

}  // namespace latchkey::inspect
