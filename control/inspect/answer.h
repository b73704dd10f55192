#pragma once
// What a verb of iketool comes to.

#include <expected>
#include <string>

#include "control/inspect/json.h"

namespace latchkey::inspect {

/// The program's exit status.
enum class Exit : int {
  fine = 0,
  refused = 1,    ///< a wrong signature, a wrong ICV
  malformed = 2,  ///< bad input or bad arguments
};

struct Answer {
  Json json;
  Exit exit = Exit::fine;
};

/// The error is a sentence for the user, and means Exit::malformed.
using Outcome = std::expected<Answer, std::string>;

}  // namespace latchkey::inspect
