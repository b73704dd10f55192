#pragma once
// IKE messages as JSON, opened where there are keys, fragments put together.

#include <list>
#include <optional>
#include <string>
#include <string_view>

#include "control/inspect/answer.h"
#include "control/inspect/datagrams.h"
#include "control/inspect/keyring.h"
#include "ike-engine/session/fragments.h"

namespace latchkey::inspect {

/// One message. Its JSON: {"frame", "spi_i", "spi_r", "exchange", "flags", "msgid", "payloads", "decrypted", "icv_ok",
/// "error"} and, for people, "version", "exchange_name". Where an Encrypted payload was opened, "payloads" has what was
/// inside in its place, and "encrypted" the payload itself; of a fragment that is not the last to arrive, "payloads"
/// has the fragment. "icv_ok" is null without keys or without an Encrypted payload; "error" is null or a sentence.
struct Decoded {
  Json json;
  Exit exit = Exit::fine;
};

/// Messages of a capture in their order.
class Decoder {
 public:
  explicit Decoder(Keyring keyring) : keyring_(std::move(keyring)) {}

  /// `octets`: the message without a non-ESP marker. `missing`: why it is not all of it, or empty.
  Decoded decode(std::size_t frame, base::Bytes octets, std::string_view missing = {});

 private:
  struct Pending {
    wire::Header header;
    session::Reassembly fragments;
  };
  static constexpr std::size_t kMaxPending = 64;

  Decoded decode_v2(Decoded decoded, const wire::Header& header, base::Bytes octets, std::string_view missing);
  void open(Decoded& decoded, const wire::Message& message, SaOpener& opener);
  std::optional<session::Opened> put_together(Decoded& decoded, const wire::Header& header, session::Opened fragment);
  session::Reassembly& fragments_of(const wire::Header& header);

  Keyring keyring_;
  std::list<Pending> pending_;  ///< the oldest first; it goes when there is no place
};

}  // namespace latchkey::inspect
