#pragma once
// A kernel port that only keeps books: what is reserved, what is installed, what was left behind.

#include <set>
#include <string_view>
#include <utility>
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
  bool refuse_counters = false;
  std::vector<std::string_view> refused;  ///< calls so far: the text of each's error
  api::ChildCounters counters;

  base::Result<std::unique_ptr<api::ReservedSpi>> allocate_spi(const base::Address&, const base::Address&) override {
    if (refuse_spi) return refuse("fake kernel refuses an SPI");
    const base::Spi spi{0xc0000000u + ++last_spi_};
    reserved_.insert(spi);
    return std::make_unique<Reserved>(*this, spi);
  }

  base::Result<std::unique_ptr<api::KernelTunnel>> install(std::unique_ptr<api::ReservedSpi> reserved,
                                                           const api::ChildSa& child) override {
    reserved.reset();
    if (refuse_install) return refuse("fake kernel refuses to install");
    const base::ReqId fresh{0x4c000000u + static_cast<std::uint32_t>(installed_.size()) + 1};
    const base::ReqId reqid = child.reqid.value_or(fresh);
    installed_.push_back({.child = copy(child), .reqid = reqid, .sending = child.sending});
    return std::make_unique<Tunnel>(*this, installed_.size() - 1);
  }

  std::string last_error() const override { return "fake kernel"; }

  /// Packets of a hundred octets each pass by the newest child.
  void carry(std::uint64_t in, std::uint64_t out) {
    for (std::size_t index = installed_.size(); index-- > 0;) {
      if (installed_[index].live) return carry_by(index, in, out);
    }
  }
  /// The same by this one of installed().
  void carry_by(std::size_t index, std::uint64_t in, std::uint64_t out) {
    Installed& tunnel = installed_[index];
    const api::ChildSa& child = tunnel.child;
    if (wears_out(child.soft, tunnel.traffic.packets_in, in)) worn_out_.push_back({child.local, child.spi_in, false});
    if (wears_out(child.soft, tunnel.traffic.packets_out, out))
      worn_out_.push_back({child.remote, child.spi_out, false});
    tunnel.traffic.packets_in += in, tunnel.traffic.bytes_in += kPacketSize * in;
    tunnel.traffic.packets_out += out, tunnel.traffic.bytes_out += kPacketSize * out;
  }
  /// What has come to a soft limit since the last call.
  std::vector<api::Expired> take_worn_out() { return std::exchange(worn_out_, {}); }

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
  static constexpr std::uint64_t kPacketSize = 100;

  static bool wears_out(const api::SoftLimits& soft, std::uint64_t packets, std::uint64_t more) {
    const auto reached = [&](std::uint64_t count) {
      return (soft.packets != 0 && count >= soft.packets) || (soft.bytes != 0 && kPacketSize * count >= soft.bytes);
    };
    return !reached(packets) && reached(packets + more);
  }

  std::unexpected<base::Error> refuse(const char* text) {
    refused.push_back(text);
    return base::fail(base::Errc::kernel, text);
  }

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
      if (kernel_.refuse_counters) return kernel_.refuse("fake kernel refuses to count");
      const api::ChildCounters& all = kernel_.counters;
      const api::ChildCounters& own = kernel_.installed_[index_].traffic;
      return api::ChildCounters{all.bytes_in + own.bytes_in, all.bytes_out + own.bytes_out,
                                all.packets_in + own.packets_in, all.packets_out + own.packets_out};
    }
    base::Result<void> start_sending() override {
      if (kernel_.refuse_sending) return kernel_.refuse("fake kernel refuses to send");
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
  std::vector<api::Expired> worn_out_;
};

}  // namespace latchkey::support
