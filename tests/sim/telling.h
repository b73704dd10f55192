#pragma once
// What happens, in words for who reads a story.

#include <string>

#include "tests/sim/town.h"

namespace latchkey::sim {

/// Where it goes and what it is.
std::string describe(const Parcel& parcel);
std::string describe(const api::Event& event);
/// The same for a census: "Down, idle", "ike_sa_rekeyed".
std::string kind_of(const api::Event& event);

}  // namespace latchkey::sim
