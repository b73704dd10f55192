#include "ike-engine/session/opening.h"

namespace latchkey::session {

namespace {

struct FragmentNumbers {
  std::uint16_t fragment = 0;
  std::uint16_t total = 0;
};

// The fields before the IV, not yet authenticated; nothing for SK.
std::optional<FragmentNumbers> fragment_numbers(const wire::Message& message) {
  if (message.payloads.empty() || message.payloads.back().type != base::PayloadType::skf) return std::nullopt;
  base::Reader in(message.payloads.back().body);
  FragmentNumbers numbers;
  numbers.fragment = in.u16();
  numbers.total = in.u16();
  return numbers;
}

}  // namespace

base::Result<std::optional<Opened>> open_message(const Protection& protection, Reassembly& reassembly,
                                                 const wire::Message& message, const ReassemblyTerms& terms) {
  reassembly.expire(terms.now);
  const auto numbers = fragment_numbers(message);
  const auto id = message.header.message_id;
  if (numbers && !reassembly.wants(id, numbers->fragment, numbers->total)) {
    return base::fail(base::Errc::mismatch, "fragment that is not wanted");
  }
  // RFC 7383 section 2.6
  //= If the ICV check fails, the message MUST be silently discarded.
  auto opened = protection.open(message);
  if (!opened) return std::unexpected(opened.error());
  if (numbers) return reassembly.add(id, std::move(*opened), terms);
  reassembly.clear();
  return std::optional<Opened>(std::move(*opened));
}

bool is_first_fragment(const wire::Message& message) {
  const auto numbers = fragment_numbers(message);
  return !numbers || numbers->fragment == 1;
}

void count_drop(api::EngineStats& stats, base::Errc code) {
  switch (code) {
    case base::Errc::bad_icv: ++stats.dropped_bad_icv; return;
    case base::Errc::mismatch: ++stats.dropped_message_id; return;
    case base::Errc::not_found: ++stats.dropped_no_transition; return;
    case base::Errc::exhausted: ++stats.dropped_limit; return;
    default: ++stats.dropped_malformed; return;
  }
}

}  // namespace latchkey::session
