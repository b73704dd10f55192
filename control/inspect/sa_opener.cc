#include "control/inspect/sa_opener.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike-engine/crypto/legacy.h"
#include "ike-engine/wire/sk.h"

namespace latchkey::inspect {
namespace {

using base::Errc;
using base::Result;
using crypto::DirectionKeys;
using session::Opened;

DirectionKeys clone(const DirectionKeys& keys) { return {keys.encr.clone(), keys.integ.clone()}; }

/// A Protection that opens with `in`; it seals nothing.
Result<session::Protection> opening_with(const crypto::Encryption& encryption, const DirectionKeys& in) {
  return session::Protection::make(encryption, clone(in), clone(in));
}

/// A cipher without integrity of its own may be the wrong one behind a right ICV; then what comes out is no chain.
bool is_plausible(const Opened& opened) {
  return opened.total != 0 || wire::parse_payloads(opened.first, opened.content).has_value();
}

/// How much a result tells: a wrong ICV little, a right one before nonsense more.
int rank(const Result<Opened>& result) {
  if (result) return 3;
  switch (result.error().code) {
    case Errc::malformed: return 2;
    case Errc::bad_icv: return 1;
    default: return 0;
  }
}

/// What the payload holds if `algorithm` is the right one, whatever its ICV says.
Result<Opened> decrypt_unchecked(const wire::RawPayload& sk, const Algorithm& algorithm, base::Bytes key) {
  const crypto::CipherSizes& sizes = algorithm.encryption.sizes();
  const auto encrypted = wire::parse_sk(sk.body, sizes.iv, sizes.icv);
  if (!encrypted) return std::unexpected(encrypted.error());
  const base::Bytes text = encrypted->ciphertext.first(encrypted->ciphertext.size() - sizes.icv);
  auto plaintext = crypto::legacy::decrypt_unchecked(algorithm.encr, algorithm.key_bits, key, encrypted->iv, text);
  if (!plaintext) return std::unexpected(plaintext.error());
  auto content = wire::without_padding(std::move(*plaintext));
  if (!content) return std::unexpected(content.error());
  return Opened{sk.next, 0, 0, std::move(*content)};
}

}  // namespace

std::expected<SaOpener, std::string> SaOpener::make(const SaKeys& keys, const std::vector<Algorithm>& choices) {
  SaOpener opener;
  for (const Algorithm& algorithm : choices) {
    auto initiator = opening_with(algorithm.encryption, keys.initiator);
    auto responder = opening_with(algorithm.encryption, keys.responder);
    if (!initiator || !responder) continue;
    opener.candidates_.push_back({algorithm,
                                  {std::move(*initiator), keys.initiator.encr.clone()},
                                  {std::move(*responder), keys.responder.encr.clone()}});
  }
  if (!opener.candidates_.empty()) return opener;
  return std::unexpected(fmt::format(
      "keys of {} and {} octets for encryption, {} and {} for integrity fit no algorithm", keys.initiator.encr.size(),
      keys.responder.encr.size(), keys.initiator.integ.size(), keys.responder.integ.size()));
}

Opening SaOpener::open(const wire::Message& message) {
  Result<Opened> best = base::fail(Errc::truncated, "sk: no room for the ICV");
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    auto opened = candidates_[i].of(message).protection.open(message);
    if (opened && is_plausible(*opened)) {
      if (opened->total == 0) keep_only(i);
      return {std::move(opened), true};
    }
    if (rank(opened) > rank(best)) best = std::move(opened);
  }
  // What is malformed was found so behind a right ICV.
  if (best || best.error().code == Errc::malformed) return {std::move(best), true};
  if (best.error().code != Errc::bad_icv) return {std::move(best), std::nullopt};
  if (auto opened = open_unchecked(message)) return {std::move(*opened), false};
  return {std::move(best), false};
}

std::optional<Opened> SaOpener::open_unchecked(const wire::Message& message) const {
  const wire::RawPayload& last = message.payloads.back();
  if (last.type != base::PayloadType::sk) return std::nullopt;
  for (const Candidate& candidate : candidates_) {
    auto opened = decrypt_unchecked(last, candidate.algorithm, candidate.of(message).encr_key.view());
    if (opened && is_plausible(*opened)) return std::move(*opened);
  }
  return std::nullopt;
}

void SaOpener::append(SaOpener other) { std::ranges::move(other.candidates_, std::back_inserter(candidates_)); }

void SaOpener::keep_only(std::size_t chosen) {
  if (candidates_.size() == 1) return;
  Candidate candidate = std::move(candidates_[chosen]);
  candidates_.clear();
  candidates_.push_back(std::move(candidate));
}

}  // namespace latchkey::inspect
