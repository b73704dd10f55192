#include "tests/support/vectors.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

namespace latchkey::support {

namespace fs = std::filesystem;

namespace {
std::vector<fs::path> candidates() {
  if (const char* shared = std::getenv("LATCHKEY_SHARED"); shared != nullptr && *shared != 0) return {shared};
  std::vector<fs::path> places = {"shared", "../shared"};
  if (const char* source = std::getenv("LATCHKEY_SRCDIR"); source != nullptr) {
    places.push_back(fs::path(source) / "shared");
    places.push_back(fs::path(source) / "../shared");
  }
  return places;
}
}  // namespace

std::optional<fs::path> find_vectors(std::string_view name) {
  for (const fs::path& place : candidates()) {
    const fs::path path = place / "vectors" / name;
    std::error_code error;
    if (fs::exists(path, error)) return path;
  }
  std::printf("skip vectors/%.*s not in LATCHKEY_SHARED, ./shared or ../shared\n", static_cast<int>(name.size()),
              name.data());
  return std::nullopt;
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

base::Buffer read_octets(const fs::path& path) { return base::to_buffer(base::as_bytes(read_text(path))); }

}  // namespace latchkey::support
