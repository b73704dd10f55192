#pragma once
// Opening the messages of an IKE SA whose keys are known, but perhaps not its transforms.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "control/inspect/algorithms.h"
#include "ike-engine/session/protect.h"

namespace latchkey::inspect {

/// SK_e and SK_a of both directions.
struct SaKeys {
  crypto::DirectionKeys initiator;  ///< SK_ei and SK_ai: for what the original initiator sends
  crypto::DirectionKeys responder;
};

/// What opening came to.
struct Opening {
  base::Result<session::Opened> opened;  ///< errors as of session::Protection::open()
  std::optional<bool> icv_ok;            ///< nothing if there was no room for an ICV
};

/// Files often say the keys but not the transforms: then all that take keys of these sizes are tried, until one is
/// shown right by an ICV and by what comes out.
class SaOpener {
 public:
  /// Of the choices, those that the keys fit. The error says sizes that fit none.
  static std::expected<SaOpener, std::string> make(const SaKeys& keys, const std::vector<Algorithm>& choices);

  /// Opens the SK or SKF payload that ends `message`. Behind a wrong ICV, an SK payload may still be opened if its
  /// cipher is no AEAD and a chain of payloads comes out: then `icv_ok` is false.
  Opening open(const wire::Message& message);

  /// Takes over what another may try.
  void append(SaOpener other);

 private:
  /// An algorithm with the keys for what one side sends.
  struct Direction {
    session::Protection protection;
    base::SecretBytes encr_key;  ///< SK_e once more, for what Protection refuses
  };
  struct Candidate {
    Algorithm algorithm;
    Direction initiator;
    Direction responder;

    const Direction& of(const wire::Message& message) const { return message.header.initiator ? initiator : responder; }
  };

  std::optional<session::Opened> open_unchecked(const wire::Message& message) const;
  void keep_only(std::size_t chosen);

  std::vector<Candidate> candidates_;
};

}  // namespace latchkey::inspect
