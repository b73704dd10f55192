#pragma once
// A kernel port that only keeps books: what is reserved, what is installed, what was left behind.

#include <set>
#include <vector>

#include "ike-engine/api/ports.h"

namespace latchkey::support {

/// Outlives everything that it handed out.
class FakeKernel : public api::Kernel {
 public:
  struct Installed {
    api::ChildSa child;
    base::ReqId reqid;
    bool live = true;
    bool guard_kept = false;
    bool sending = true;
    api::ChildCounters traffic = {};
  };

  bool refuse_spi = false;
  bool refuse_install = false;
  bool refuse_sending = false;
  api::ChildCounters counters;

  base::Result<std::unique_ptr<api::ReservedSpi>> allocate_spi(const base::Address&, const base::Address&) override {
    if (refuse_spi) return base::fail(base::Errc::kernel, "fake kernel refuses an SPI");
    const base::Spi spi{0xc0000000u + ++last_spi_};
    reserved_.insert(spi);
    return std::make_unique<Reserved>(*this, spi);
  }

  base::Result<std::unique_ptr<api::KernelTunnel>> install(std::unique_ptr<api::ReservedSpi> reserved,
                                                           const api::ChildSa& child) override {
    reserved.reset();
    if (refuse_install) return base::fail(base::Errc::kernel, "fake kernel refuses to install");
    const base::ReqId fresh{0x4c000000u + static_cast<std::uint32_t>(installed_.size()) + 1};
    const base::ReqId reqid = child.reqid.value_or(fresh);
    installed_.push_back({.child = copy(child), .reqid = reqid, .sending = child.sending});
    return std::make_unique<Tunnel>(*this, installed_.size() - 1);
  }

  std::string last_error() const override { return "fake kernel"; }

  /// Packets of a hundred octets each pass by the newest child.
  void carry(std::uint64_t in, std::uint64_t out) {
    for (auto it = installed_.rbegin(); it != installed_.rend(); ++it) {
      if (!it->live) continue;
      it->traffic.packets_in += in, it->traffic.bytes_in += 100 * in;
      it->traffic.packets_out += out, it->traffic.bytes_out += 100 * out;
      return;
    }
  }

  /// The SPIs from now on come after `last`: kernels of several hosts then have none in common.
  void number_from(std::uint32_t last) { last_spi_ = last; }

  /// All tunnels that ever were, in order.
  const std::vector<Installed>& installed() const { return installed_; }
  std::size_t live() const {
    std::size_t count = 0;
    for (const auto& tunnel : installed_) count += tunnel.live ? 1u : 0u;
    return count;
  }
  std::size_t reserved() const { return reserved_.size(); }
  /// Security rule 2: nothing is there and nothing was left.
  bool untouched() const { return installed_.empty() && reserved_.empty(); }

  static api::ChildSa copy(const api::ChildSa& from) {
    return {from.mode,         from.suite,          from.local,           from.remote,
            from.encapsulated, from.local_port,     from.remote_port,     from.spi_in,
            from.spi_out,      from.key_in.clone(), from.key_out.clone(), from.reqid,
            from.inner_local,  from.inner_remote,   from.guard,           from.sending,
            from.soft};
  }

 private:
  class Reserved : public api::ReservedSpi {
   public:
    Reserved(FakeKernel& kernel, base::Spi spi) : kernel_(kernel), spi_(spi) {}
    ~Reserved() override { kernel_.reserved_.erase(spi_); }
    base::Spi spi() const override { return spi_; }

   private:
    FakeKernel& kernel_;
    base::Spi spi_;
  };

  class Tunnel : public api::KernelTunnel {
   public:
    Tunnel(FakeKernel& kernel, std::size_t index) : kernel_(kernel), index_(index) {}
    ~Tunnel() override { kernel_.installed_[index_].live = false; }
    base::ReqId reqid() const override { return kernel_.installed_[index_].reqid; }
    base::Result<api::ChildCounters> counters() override {
      const api::ChildCounters& all = kernel_.counters;
      const api::ChildCounters& own = kernel_.installed_[index_].traffic;
      return api::ChildCounters{all.bytes_in + own.bytes_in, all.bytes_out + own.bytes_out,
                                all.packets_in + own.packets_in, all.packets_out + own.packets_out};
    }
    base::Result<void> start_sending() override {
      if (kernel_.refuse_sending) return base::fail(base::Errc::kernel, "fake kernel refuses to send");
      kernel_.installed_[index_].sending = true;
      return {};
    }
    void keep_guard() override { kernel_.installed_[index_].guard_kept = true; }

   private:
    FakeKernel& kernel_;
    std::size_t index_;
  };

  std::uint32_t last_spi_ = 0;
  std::set<base::Spi> reserved_;
  std::vector<Installed> installed_;
};

}  // namespace latchkey::support
