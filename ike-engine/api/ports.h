#pragma once
// What the engine needs of the world, as references that are passed in.

#include <memory>

#include "ike-engine/api/types.h"
#include "ike-engine/base/result.h"

namespace latchkey::api {

/// Randomness. In production the operating system's, in a simulation a seeded generator.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(base::MutableBytes out) = 0;
};

/// A child's SAs and policies in the kernel. The destructor takes the SAs away (and, unless keep_guard() was called
/// before, the policies and the guard too).
class KernelTunnel {
 public:
  virtual ~KernelTunnel() = default;
  virtual base::ReqId reqid() const = 0;
  virtual base::Result<ChildCounters> counters() = 0;
  /// Packets go out by this child, too, and no longer by those with its reqid that are older: for a child that was
  /// installed with `sending` false. Nothing happens for another. Errors: kernel.
  virtual base::Result<void> start_sending() = 0;
  /// From now on the destructor leaves policies and guard in place, so that a lost tunnel never becomes plaintext.
  virtual void keep_guard() = 0;
};

/// An inbound SPI that the kernel has set aside. The destructor gives it back unless the tunnel has taken it.
class ReservedSpi {
 public:
  virtual ~ReservedSpi() = default;
  virtual base::Spi spi() const = 0;
};

/// The kernel's IPsec. Calls are short (microseconds) and synchronous.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// An SPI for packets from `remote` to `local`. Errors: kernel, exhausted.
  virtual base::Result<std::unique_ptr<ReservedSpi>> allocate_spi(const base::Address& local,
                                                                  const base::Address& remote) = 0;
  /// Installs both SAs, the policies and the guard in one go: all of them or none. `reserved` is consumed either way.
  /// Errors: kernel (last_error() has the kernel's words), exhausted.
  virtual base::Result<std::unique_ptr<KernelTunnel>> install(std::unique_ptr<ReservedSpi> reserved,
                                                              const ChildSa& child) = 0;
  /// The kernel's own words (extack) for the last failed call, escaped; for a log.
  virtual std::string last_error() const = 0;
};

}  // namespace latchkey::api
