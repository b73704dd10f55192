#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "host/config.h"
#include "host/daemon_config.h"

namespace latchkey::control {
namespace {

/// The source tree: check.sh and `make check` give it to tests.
std::string source_folder() {
  const char* folder = std::getenv("LATCHKEY_SRCDIR");
  return folder ? folder : ".";
}

std::string page(const std::string& name) {
  std::ifstream file(source_folder() + "/docs/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(manual, of_the_configuration_is_what_the_table_prints) {
  EXPECT_EQ(page("latchkey.yaml.5"), host::config_manual()) << "run `latchkeyctl config manual > docs/latchkey.yaml.5`";
}

TEST(manual, of_the_daemons_configuration_is_what_the_table_prints) {
  EXPECT_EQ(page("latchkeyd.yaml.5"), host::daemon_config_manual())
      << "run `latchkeyd --config-manual > docs/latchkeyd.yaml.5`";
}

TEST(examples, of_a_server_is_a_good_configuration) {
  const auto config = host::read_daemon_config(source_folder() + "/conf-examples/server/latchkeyd.yaml");
  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->identities.size(), 1U);
  EXPECT_EQ(config->pools.size(), 1U);
}

}  // namespace
}  // namespace latchkey::control
