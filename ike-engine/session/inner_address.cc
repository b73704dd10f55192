#include "ike-engine/session/inner_address.h"

#include <algorithm>

namespace latchkey::session {

namespace {

constexpr std::uint8_t kRequest = 1;
constexpr std::uint8_t kReply = 2;
constexpr std::uint16_t kInternalIp4Address = 1;
constexpr std::uint16_t kInternalIp6Address = 8;
// An IPv6 address is followed by its prefix length.
constexpr std::size_t kIp6WithPrefix = 17;

std::uint16_t attribute_of(base::Family family) {
  return family == base::Family::ipv4 ? kInternalIp4Address : kInternalIp6Address;
}

base::Buffer body_of(std::uint8_t type, std::uint16_t attribute, base::Bytes value) {
  base::Writer out;
  write(out, wire::Cp{type, {{attribute, value}}});
  return out.take();
}

const wire::CpAttribute* find(const wire::Cp& cp, base::Family family) {
  const auto found = std::ranges::find(cp.attributes, attribute_of(family), &wire::CpAttribute::type);
  return found == cp.attributes.end() ? nullptr : &*found;
}

}  // namespace

base::Buffer address_request(base::Family family) { return body_of(kRequest, attribute_of(family), {}); }

base::Buffer address_reply(const base::Address& address) {
  base::Buffer value = base::to_buffer(address.bytes());
  if (!address.is_v4()) value.push_back(128);
  return body_of(kReply, attribute_of(address.family()), value);
}

bool asks_for_address(const wire::Cp& request, base::Family family) {
  return request.type == kRequest && find(request, family) != nullptr;
}

std::optional<base::Address> address_in(const wire::Cp& cp, base::Family family) {
  const auto* attribute = find(cp, family);
  if (attribute == nullptr) return std::nullopt;
  const base::Bytes value = attribute->value;
  const bool with_prefix = family == base::Family::ipv6 && value.size() == kIp6WithPrefix;
  const auto address = base::Address::from_bytes(with_prefix ? value.first(16) : value);
  if (!address || address->family() != family || *address == base::Address::any(family)) return std::nullopt;
  return address;
}

}  // namespace latchkey::session
