#pragma once
// What the engine holds of the kernel's state. Private to xfrm/.

#include "xfrm/state.h"

namespace latchkey::xfrm {

/// A larval SA; given back unless an installation has consumed it.
class XfrmKernel::Spi final : public api::ReservedSpi {
 public:
  Spi(State& state, Pair pair, base::Spi spi, base::ReqId reqid)
      : state_(state), pair_(pair), spi_(spi), reqid_(reqid) {}
  Spi(const Spi&) = delete;
  Spi& operator=(const Spi&) = delete;
  ~Spi() override {
    if (!taken_) state_.forget_spi(pair_, spi_, reqid_);
  }

  base::Spi spi() const override { return spi_; }
  const Pair& pair() const { return pair_; }
  base::ReqId reqid() const { return reqid_; }
  /// The SA stands on its own now.
  void take() { taken_ = true; }

 private:
  State& state_;
  Pair pair_;
  base::Spi spi_;
  base::ReqId reqid_;
  bool taken_ = false;
};

class XfrmKernel::Tunnel final : public api::KernelTunnel {
 public:
  Tunnel(State& state, base::ReqId reqid) : state_(state), reqid_(reqid) {}
  /// A tunnel whose outbound SA is still to come, with a key of its own.
  Tunnel(State& state, base::ReqId reqid, Sa outbound, base::SecretBytes key)
      : state_(state), reqid_(reqid), outbound_(std::move(outbound)), outbound_key_(std::move(key)) {
    outbound_->key = outbound_key_.view();
  }
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  ~Tunnel() override { state_.end_tunnel(reqid_, keep_guard_); }

  base::ReqId reqid() const override { return reqid_; }
  base::Result<api::ChildCounters> counters() override;
  base::Result<void> start_sending() override;
  void keep_guard() override { keep_guard_ = true; }

 private:
  State& state_;
  base::ReqId reqid_;
  std::optional<Sa> outbound_;
  base::SecretBytes outbound_key_;
  bool keep_guard_ = false;
};

}  // namespace latchkey::xfrm
