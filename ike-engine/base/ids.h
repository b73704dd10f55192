#pragma once
// The numbers that IKE and IPsec name things by, each a type of its own.

#include <cstdint>

#include "ike-engine/base/strong.h"

namespace latchkey::base {

/// An IKE SA's SPI as one side chose it; 0 = not yet known (RFC 7296 section 3.1).
using IkeSpi = Strong<struct IkeSpiTag, std::uint64_t>;
/// An ESP SA's SPI; 0-255 are reserved (RFC 4303 section 2.1).
using Spi = Strong<struct SpiTag, std::uint32_t>;
/// RFC 7296 section 2.2.
using MessageId = Strong<struct MessageIdTag, std::uint32_t>;
/// What ties the kernel's policies to their SAs.
using ReqId = Strong<struct ReqIdTag, std::uint32_t>;

}  // namespace latchkey::base
