#include "ike-engine/wire/sa.h"

namespace latchkey::wire {

using base::Errc;
using base::ProtocolId;

namespace {
// RFC 7296 sections 3.3.1 and 3.3.2: the octet in front of each substructure.
constexpr std::uint8_t kLast = 0;
constexpr std::uint8_t kMoreProposals = 2;
constexpr std::uint8_t kMoreTransforms = 3;
constexpr std::size_t kSubstructureHeader = 4;
// RFC 7296 section 3.3.5: the high bit says type/value, without it type/length/value.
constexpr std::uint16_t kTypeValue = 0x8000;
constexpr std::uint16_t kKeyLength = 14;

// What both substructures begin with: whether it is the last, and what it holds.
struct Substructure {
  std::uint8_t more = 0;
  base::Bytes body;
};

Substructure read_substructure(base::Reader& r) {
  Substructure sub;
  sub.more = r.u8();
  // RFC 7296 section 3.3.1
  //= MUST be sent as zero; MUST be ignored on receipt.
  r.skip(1);
  const std::size_t length = r.u16();
  // A length below the header's own size overruns any reader, and so is refused.
  sub.body = r.bytes(length < kSubstructureHeader ? SIZE_MAX : length - kSubstructureHeader);
  return sub;
}

bool marks_agree(const Substructure& sub, std::uint8_t more, std::size_t left) {
  return sub.more == (left == 0 ? kLast : more);
}

base::Result<void> keep_unknown(Transform& transform, std::uint16_t type, base::Bytes value) {
  if (transform.unknown_attributes.size() == kMaxUnknownAttributes) {
    return base::fail(Errc::exhausted, "sa: more attributes than we read");
  }
  transform.unknown_attribute = true;
  transform.unknown_attributes.push_back({type, base::to_buffer(value)});
  return {};
}

base::Result<void> read_attribute(base::Reader& r, Transform& transform) {
  const std::uint16_t head = r.u16();
  const std::uint16_t type = head & 0x7fff;
  const bool type_value = (head & kTypeValue) != 0;
  const base::Bytes value = r.bytes(type_value ? 2 : r.u16());
  if (!r.ok()) return base::fail(Errc::truncated, "sa: attribute");
  if (type != kKeyLength) return keep_unknown(transform, type, value);
  // RFC 7296 section 3.3.5
  //= Attributes described as fixed length MUST NOT be encoded using the variable-length encoding
  if (!type_value) return base::fail(Errc::malformed, "sa: key length of variable length");
  // RFC 7296 section 3.3
  //= A transform MUST NOT have multiple attributes of the same type.
  if (transform.key_bits) return base::fail(Errc::malformed, "sa: two key lengths");
  transform.key_bits = base::Reader(value).u16();
  return {};
}

base::Result<Transform> parse_transform(base::Bytes body) {
  base::Reader r(body);
  Transform transform;
  transform.type = base::TransformType{r.u8()};
  // RFC 7296 section 3.3.2
  //= MUST be sent as zero; MUST be ignored on receipt.
  r.skip(1);
  transform.id = r.u16();
  while (r.ok() && r.left() > 0) {
    if (auto read = read_attribute(r, transform); !read) return std::unexpected(read.error());
  }
  if (!r.ok()) return base::fail(Errc::truncated, "sa: transform");
  return transform;
}

base::Result<std::vector<Transform>> parse_transforms(base::Reader& r, std::size_t count) {
  if (count > kMaxTransforms) return base::fail(Errc::exhausted, "sa: more transforms than we read");
  std::vector<Transform> transforms;
  while (r.left() > 0) {
    if (transforms.size() == count) return base::fail(Errc::malformed, "sa: more transforms than announced");
    const Substructure sub = read_substructure(r);
    if (!r.ok()) return base::fail(Errc::truncated, "sa: transform");
    if (!marks_agree(sub, kMoreTransforms, r.left())) return base::fail(Errc::malformed, "sa: last transform");
    auto transform = parse_transform(sub.body);
    if (!transform) return std::unexpected(transform.error());
    transforms.push_back(*transform);
  }
  if (transforms.size() != count) return base::fail(Errc::malformed, "sa: fewer transforms than announced");
  return transforms;
}

// A protocol that we do not know may have SPIs of any size: the proposal is refused later, not the message.
bool is_size_of(ProtocolId protocol, std::size_t spi_size) {
  switch (protocol) {
    case ProtocolId::ike: return spi_size == 0 || spi_size == 8;
    case ProtocolId::ah:
    case ProtocolId::esp: return spi_size == 4;
    default: return true;
  }
}

base::Result<Proposal> parse_proposal(base::Bytes body) {
  base::Reader r(body);
  Proposal proposal;
  proposal.number = r.u8();
  proposal.protocol = ProtocolId{r.u8()};
  const std::size_t spi_size = r.u8();
  const std::size_t count = r.u8();
  proposal.spi = base::to_buffer(r.bytes(spi_size));
  if (!r.ok()) return base::fail(Errc::truncated, "sa: proposal");
  if (!is_size_of(proposal.protocol, spi_size)) return base::fail(Errc::malformed, "sa: SPI size");
  auto transforms = parse_transforms(r, count);
  if (!transforms) return std::unexpected(transforms.error());
  proposal.transforms = std::move(*transforms);
  return proposal;
}

void write_transform(base::Writer& out, const Transform& transform, bool last) {
  const std::size_t at = out.size();
  out.u8(last ? kLast : kMoreTransforms);
  out.u8(0);
  out.u16(0);
  out.u8(static_cast<std::uint8_t>(transform.type));
  out.u8(0);
  out.u16(transform.id);
  if (transform.key_bits) {
    out.u16(kTypeValue | kKeyLength);
    out.u16(*transform.key_bits);
  }
  out.patch_u16(at + 2, static_cast<std::uint16_t>(out.size() - at));
}

void write_proposal(base::Writer& out, const Proposal& proposal, bool last) {
  const std::size_t at = out.size();
  out.u8(last ? kLast : kMoreProposals);
  out.u8(0);
  out.u16(0);
  out.u8(proposal.number);
  out.u8(static_cast<std::uint8_t>(proposal.protocol));
  out.u8(static_cast<std::uint8_t>(proposal.spi.size()));
  out.u8(static_cast<std::uint8_t>(proposal.transforms.size()));
  out.bytes(proposal.spi);
  for (const Transform& transform : proposal.transforms) {
    write_transform(out, transform, &transform == &proposal.transforms.back());
  }
  out.patch_u16(at + 2, static_cast<std::uint16_t>(out.size() - at));
}
}  // namespace

base::Result<Sa> parse_sa(base::Bytes body) {
  // RFC 7296 section 3.3
  //= When parsing an SA, an implementation MUST check that the total Payload Length is consistent with the payload's
  //= internal lengths and counts.
  base::Reader r(body);
  Sa sa;
  do {
    if (sa.proposals.size() == kMaxProposals) return base::fail(Errc::exhausted, "sa: more proposals than we read");
    const Substructure sub = read_substructure(r);
    if (!r.ok()) return base::fail(Errc::truncated, "sa: proposal");
    if (!marks_agree(sub, kMoreProposals, r.left())) return base::fail(Errc::malformed, "sa: last proposal");
    auto proposal = parse_proposal(sub.body);
    if (!proposal) return std::unexpected(proposal.error());
    sa.proposals.push_back(std::move(*proposal));
  } while (r.left() > 0);
  return sa;
}

void write(base::Writer& out, const Sa& sa) {
  for (const Proposal& proposal : sa.proposals) write_proposal(out, proposal, &proposal == &sa.proposals.back());
}

}  // namespace latchkey::wire
