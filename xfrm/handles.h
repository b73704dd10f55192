#pragma once
// What the engine holds of the kernel's state. Private to xfrm/.

#include "xfrm/state.h"

namespace latchkey::xfrm {

/// A larval SA; given back unless an installation has consumed it.
class XfrmKernel::Spi final : public api::ReservedSpi {
 public:
  Spi(State& state, Pair outer, base::Spi spi, base::ReqId reqid)
      : state_(state), outer_(outer), spi_(spi), reqid_(reqid) {}
  Spi(const Spi&) = delete;
  Spi& operator=(const Spi&) = delete;
  ~Spi() override {
    if (!taken_) state_.forget_spi({outer_.local, spi_}, reqid_);
  }

  base::Spi spi() const override { return spi_; }
  const Pair& outer() const { return outer_; }
  /// A fresh one, for a child that replaces none.
  base::ReqId reqid() const { return reqid_; }
  /// The SA stands on its own now.
  void take() { taken_ = true; }

 private:
  State& state_;
  Pair outer_;
  base::Spi spi_;
  base::ReqId reqid_;
  bool taken_ = false;
};

class XfrmKernel::Tunnel final : public api::KernelTunnel {
 public:
  Tunnel(State& state, const SaName& in, base::ReqId reqid) : state_(state), in_(in), reqid_(reqid) {}
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  ~Tunnel() override { state_.end_tunnel(in_, keep_guard_); }

  base::ReqId reqid() const override { return reqid_; }
  base::Result<api::ChildCounters> counters() override;
  base::Result<void> start_sending() override;
  void keep_guard() override { keep_guard_ = true; }

 private:
  State& state_;
  SaName in_;
  base::ReqId reqid_;
  bool keep_guard_ = false;
};

}  // namespace latchkey::xfrm
