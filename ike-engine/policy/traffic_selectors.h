#pragma once
// Traffic selectors: exactly the two hosts (security rule 6).

#include <span>
#include <vector>

#include "ike-engine/wire/ts.h"

namespace latchkey::policy {

/// What TSi or TSr is offered with: everything from or to this one host.
std::vector<wire::TrafficSelector> host_selectors(const base::Address& host);

/// Everything from or to any host of a family.
std::vector<wire::TrafficSelector> any_selectors(base::Family family);
/// Whether an offered TSi or TSr holds all of what host_selectors(host) says, so that it may be narrowed to that.
bool covers_host(std::span<const wire::TrafficSelector> offer, const base::Address& host);

/// Whether an answered TSi or TSr is exactly `host`, all protocols and ports, once. Errors: mismatch, with a
/// text that says wider, narrowed to a protocol or ports, another address, or not one selector.
base::Result<void> check_selectors(std::span<const wire::TrafficSelector> answer, const base::Address& host);

}  // namespace latchkey::policy
