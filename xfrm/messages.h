#pragma once
// Values to netlink messages, by <linux/xfrm.h>. Pure: nothing here talks to the kernel.
// libnl-xfrm is not used: it lacks ALLOCSPI and the hash thresholds, and its lifetimes default to 0, which the kernel
// takes as "expired".

#include "ike-engine/base/result.h"
#include "xfrm/message.h"
#include "xfrm/specs.h"

namespace latchkey::xfrm {

/// Sets aside an SPI from `min` to `max` that the kernel picks, for ESP from `source` to `destination` (ALLOCSPI). The
/// kernel keeps a larval SA for net.core.xfrm_acq_expires seconds (30); update_sa() completes it.
Message allocate_spi(const base::Address& source, const base::Address& destination, base::ReqId reqid,
                     std::uint32_t min, std::uint32_t max);
/// A new SA; the kernel answers EEXIST if destination and SPI are taken. Errors: unsupported (the suite), malformed
/// (the key's size).
base::Result<Message> new_sa(const Sa& sa);
/// Puts `sa` in the place of the larval SA that allocate_spi() made; ESRCH if that has expired. Errors as new_sa().
base::Result<Message> update_sa(const Sa& sa);
Message delete_sa(const base::Address& destination, base::Spi spi);
/// A new policy; EEXIST if there is one with that key.
Message new_policy(const Policy& policy);
/// Replaces the policy with that key in one step, or makes it.
Message update_policy(const Policy& policy);
Message delete_policy(const PolicyKey& key);
/// Which prefixes the kernel finds by hash: hthresh4 0 32, hthresh6 0 128 (local, remote).
Message set_hash_thresholds();
/// An SA's octets and packets, without its keys (GETAE).
Message get_counters(const base::Address& source, const base::Address& destination, base::Spi spi);
Message dump_sas();
Message dump_policies();

}  // namespace latchkey::xfrm
