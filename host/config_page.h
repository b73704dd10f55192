#pragma once
// Tables of keys as pages: for a terminal, and as the list of a manual page.

#include <string>
#include <string_view>
#include <vector>

#include "host/common_config.h"

namespace latchkey::host {

/// Each key with its default, its type, and its help in lines of at most 72 characters.
std::string terminal_list(const std::vector<KeyHelp>& keys);

/// What a manual page in mdoc(7) is made of.
struct Manual {
  std::string_view printed_by;  ///< the command that prints it
  std::string_view table;       ///< the source file of its table
  std::string_view title;       ///< "LATCHKEY.YAML 5"
  std::string_view name;        ///< "latchkey.yaml"
  std::string_view purpose;     ///< a line
  std::string description;      ///< mdoc, lines that end with a newline
  std::string end;              ///< mdoc behind the list of keys
};

/// The page, with the keys as a list behind the description.
std::string manual_page(const Manual& manual, const std::vector<KeyHelp>& keys);

}  // namespace latchkey::host
