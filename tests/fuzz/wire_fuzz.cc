// Every parser of wire/: the first octet chooses one, the rest is its input. What parses is written and parsed again:
// the second writing must equal the first. Bounds that the headers promise are checked on the way.

#include <cstdlib>

#include "ike-engine/wire/auth.h"
#include "ike-engine/wire/cert.h"
#include "ike-engine/wire/cp.h"
#include "ike-engine/wire/delete.h"
#include "ike-engine/wire/id.h"
#include "ike-engine/wire/ke.h"
#include "ike-engine/wire/message.h"
#include "ike-engine/wire/nonce.h"
#include "ike-engine/wire/notify.h"
#include "ike-engine/wire/sa.h"
#include "ike-engine/wire/sk.h"
#include "ike-engine/wire/ts.h"

namespace latchkey::wire {
namespace {

using base::Buffer;
using base::Bytes;

void check(bool truth) {
  if (!truth) std::abort();
}

template <class Value>
Buffer written(const Value& value) {
  base::Writer out;
  write(out, value);
  return out.take();
}

/// Parsed, written, parsed, written: a fixed point. Returns the first value, if there is one.
template <class Value>
base::Result<Value> round_trip(base::Result<Value> (*parse)(Bytes), Bytes body) {
  const auto value = parse(body);
  if (!value) return value;
  const Buffer once = written(*value);
  const auto again = parse(once);
  check(again.has_value());
  check(written(*again) == once);
  return value;
}

void fuzz_header(Bytes body) {
  Buffer datagram = base::to_buffer(body);
  // The length field is the first thing that is checked; with this most inputs get past it.
  if (datagram.size() >= kHeaderSize) datagram[27] = static_cast<std::uint8_t>(datagram.size());
  if (datagram.size() >= kHeaderSize) datagram[26] = static_cast<std::uint8_t>(datagram.size() >> 8);
  const auto header = parse_header(datagram);
  if (header) check(header->length == datagram.size() && written(*header).size() == kHeaderSize);
  const auto message = parse_message(datagram);
  if (!message) return;
  std::size_t total = kHeaderSize;
  for (const RawPayload& payload : message->payloads) total += 4 + payload.body.size();
  check(total == datagram.size() && message->payloads.size() <= kMaxPayloads);
  (void)first_unknown_critical(message->payloads);
  (void)message->find(base::PayloadType::nonce);
}

void fuzz_chain(Bytes body) {
  base::Reader r(body);
  const base::PayloadType first{r.u8()};
  const auto payloads = parse_payloads(first, r.rest());
  if (!payloads) return;
  PayloadChain chain;
  for (const RawPayload& payload : *payloads)
    chain.add(payload.type, [&](base::Writer& out) { out.bytes(payload.body); });
  check(chain.view().size() + 1 == body.size() || payloads->empty());
}

void fuzz_sa(Bytes body) {
  const auto sa = round_trip(parse_sa, body);
  if (!sa) return;
  check(!sa->proposals.empty() && sa->proposals.size() <= kMaxProposals);
  std::size_t transforms = 0;
  bool unknown = false;
  for (const Proposal& proposal : sa->proposals) {
    check(proposal.transforms.size() <= kMaxTransforms);
    transforms += proposal.transforms.size();
    for (const Transform& transform : proposal.transforms) unknown |= transform.unknown_attribute;
  }
  check(body.size() >= 8 * sa->proposals.size() + 8 * transforms);
  if (!unknown) check(parse_sa(written(*sa)).value() == *sa && written(*sa).size() == body.size());
}

void fuzz_ts(Bytes body) {
  const auto selectors = parse_ts(body);
  if (!selectors) return;
  check(selectors->size() <= kMaxSelectors);
  for (const TrafficSelector& ts : *selectors) check(ts.start.family() == ts.end.family() && !(ts.end < ts.start));
  if (selectors->empty()) return;  // nothing but types that we do not know
  base::Writer out;
  write(out, *selectors);
  check(parse_ts(out.view()).value() == *selectors);
}

void fuzz_delete(Bytes body) {
  const auto del = round_trip(parse_delete, body);
  if (del) check(body.size() == 4 + 4 * del->spis.size() && base::same(written(*del), body));
}

void fuzz_notify(Bytes body) {
  const auto notify = round_trip(parse_notify, body);
  if (!notify) return;
  check(base::same(written(*notify), body));
  (void)to_string(notify->type);
  (void)parse_invalid_ke(notify->data);
  const auto hashes = parse_hash_algorithms(notify->data);
  if (hashes) check(hashes->size() <= kMaxHashAlgorithms && base::same(hash_algorithms_data(*hashes), notify->data));
}

void fuzz_auth(Bytes body) {
  const auto auth = round_trip(parse_auth, body);
  if (auth) (void)round_trip(parse_signature_auth, auth->data);
}

void fuzz_nonce(Bytes body) {
  const auto nonce = round_trip(parse_nonce, body);
  if (nonce) check(nonce->value.size() >= kMinNonce && nonce->value.size() <= kMaxNonce);
}

void fuzz_cert(Bytes body) {
  const auto cert = round_trip(parse_cert, body);
  if (cert) check(!cert->data.empty() && base::same(written(*cert), body));
}

void fuzz_certreq(Bytes body) {
  const auto request = round_trip(parse_certreq, body);
  if (!request) return;
  check(base::same(written(*request), body));
  // Whatever the request names it asks for.
  base::Reader r(request->authorities);
  const bool names = r.left() >= kAuthorityHash;
  if (asks_for(*request, r.bytes(kAuthorityHash))) check(names && request->authorities.size() % kAuthorityHash == 0);
}

void fuzz_cp(Bytes body) {
  const auto cp = round_trip(parse_cp, body);
  if (cp) check(cp->attributes.size() <= kMaxAttributes);
}

void fuzz_encrypted(Bytes body) {
  const auto sk = parse_sk(body, 8, 16);
  if (sk) check(sk->iv.size() == 8 && sk->ciphertext.size() >= 16 && sk->ciphertext.size() + 8 == body.size());
  const auto skf = parse_skf(body, 8, 16);
  if (skf) check(skf->fragment >= 1 && skf->fragment <= skf->total && skf->ciphertext.size() + 12 == body.size());
}

void fuzz_ke(Bytes body) { (void)round_trip(parse_ke, body); }
void fuzz_id(Bytes body) { (void)round_trip(parse_id, body); }

constexpr void (*kTargets[])(Bytes) = {fuzz_header,    fuzz_chain, fuzz_sa,    fuzz_ts,     fuzz_delete,
                                       fuzz_notify,    fuzz_auth,  fuzz_nonce, fuzz_cp,     fuzz_ke,
                                       fuzz_encrypted, fuzz_id,    fuzz_cert,  fuzz_certreq};

}  // namespace
}  // namespace latchkey::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using latchkey::wire::kTargets;
  // A copy of exactly the size, so that a read beyond it is seen.
  const latchkey::base::Buffer body(data + 1, data + size);
  kTargets[data[0] % std::size(kTargets)](body);
  return 0;
}
