#include "ike-engine/policy/traffic_selectors.h"

#include <algorithm>

namespace latchkey::policy {

using base::Errc;
using base::fail;

std::vector<wire::TrafficSelector> host_selectors(const base::Address& host) {
  return {wire::TrafficSelector::host(host)};
}

std::vector<wire::TrafficSelector> any_selectors(base::Family family) {
  const base::Buffer last(family == base::Family::ipv4 ? 4 : 16, 0xff);
  return {{0, 0, 65535, base::Address::any(family), *base::Address::from_bytes(last)}};
}

bool covers_host(std::span<const wire::TrafficSelector> offer, const base::Address& host) {
  return std::ranges::any_of(offer, [&](const wire::TrafficSelector& selector) {
    const bool whole = selector.protocol == 0 && selector.start_port == 0 && selector.end_port == 65535;
    return whole && selector.start.family() == host.family() && selector.start <= host && host <= selector.end;
  });
}

base::Result<void> check_selectors(std::span<const wire::TrafficSelector> answer, const base::Address& host) {
  // RFC 7296 section 2.9
  //= it narrows the Traffic Selectors to some subset of the initiator's proposal
  // A subset of one host is that host with fewer protocols or ports; traffic of the rest would then leave in
  // the clear or be lost, so we take the whole or nothing.
  if (answer.size() != 1) return fail(Errc::mismatch, "not exactly one traffic selector");
  const wire::TrafficSelector& selector = answer.front();
  if (selector.start != selector.end) return fail(Errc::mismatch, "traffic selector is wider than one host");
  if (selector.start != host) return fail(Errc::mismatch, "traffic selector is of another address");
  if (selector.protocol != 0) return fail(Errc::mismatch, "traffic selector is narrowed to a protocol");
  if (selector.start_port != 0 || selector.end_port != 65535) {
    return fail(Errc::mismatch, "traffic selector is narrowed to ports");
  }
  return {};
}

}  // namespace latchkey::policy
