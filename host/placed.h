#pragma once
// Things of a configuration that are looked at later, with their place for errors.

#include <string>

namespace latchkey::host {

/// Where something stands in the configuration, line and column from 1.
struct Place {
  int line = 0;
  int column = 0;
};

/// A text that is looked at later, and its place for errors: a file's name, a key.
struct PlacedText {
  std::string text;
  Place place;

  bool empty() const { return text.empty(); }
};

}  // namespace latchkey::host
