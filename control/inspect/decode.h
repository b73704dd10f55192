#pragma once
// The verb `decode`: a capture, or one message in hex.

#include <functional>

#include "control/inspect/decoder.h"

namespace latchkey::inspect {

using SeeMessage = std::function<void(const Json&)>;

/// What decoding came to, all messages together.
struct Verdict {
  Exit exit = Exit::fine;  ///< the worst of all
  std::string complaint;   ///< a sentence with the frame for the first thing that was wrong; empty if nothing was
};

/// Calls `see` for each IKE message of a capture as soon as it is decoded.
Verdict decode_capture(base::Bytes file, Decoder& decoder, const SeeMessage& see);

/// The same for one message, with or without a non-ESP marker in front.
Verdict decode_message(base::Bytes octets, Decoder& decoder, const SeeMessage& see);

}  // namespace latchkey::inspect
