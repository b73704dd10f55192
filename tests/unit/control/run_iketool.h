#pragma once
// Runs the program as a user does.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace latchkey::inspect {

/// The build: check.sh and `make check` give it to tests, and run them in it.
inline std::string program() {
  const char* folder = std::getenv("LATCHKEY_BUILDDIR");
  return std::string(folder ? folder : ".") + "/control/iketool";
}

struct Ran {
  int exit = -1;  ///< -1: it died by a signal
  std::string out;
  std::string err;
};

inline std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string write_file(const std::string& name, std::string_view text) {
  const std::string path = testing::TempDir() + "lk_iketool_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

/// Runs iketool with arguments as a shell takes them.
inline Ran run(const std::string& arguments) {
  const std::string out = testing::TempDir() + "lk_iketool_out", err = testing::TempDir() + "lk_iketool_err";
  const int status = std::system((program() + " " + arguments + " >" + out + " 2>" + err).c_str());
  // The shell says 128 and the signal.
  const bool exited = WIFEXITED(status) && WEXITSTATUS(status) < 126;
  return {exited ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
}

}  // namespace latchkey::inspect
