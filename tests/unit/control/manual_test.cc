#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "host/config.h"

namespace latchkey::control {
namespace {

/// The source tree: check.sh and `make check` give it to tests.
std::string source_folder() {
  const char* folder = std::getenv("LATCHKEY_SRCDIR");
  return folder ? folder : ".";
}

TEST(manual, of_the_configuration_is_what_the_table_prints) {
  std::ifstream file(source_folder() + "/docs/latchkey.yaml.5");
  ASSERT_TRUE(file) << "docs/latchkey.yaml.5 is not in " << source_folder();
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), host::config_manual()) << "run `latchkeyctl config manual > docs/latchkey.yaml.5`";
}

}  // namespace
}  // namespace latchkey::control
