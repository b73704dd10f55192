#pragma once
// The kernel port over a kernel that is a fake, and shorthands for what tests do with it.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/xfrm/demands.h"
#include "tests/unit/xfrm/fake_kernel.h"
#include "xfrm/kernel.h"

namespace latchkey::xfrm {

inline const base::Address kLocal = *base::Address::parse("192.0.2.1");
inline const base::Address kOtherLocal = *base::Address::parse("192.0.2.2");
inline const base::Address kRemote = *base::Address::parse("198.51.100.7");
inline const base::TimePoint kStart{std::chrono::seconds(1000)};

using Installed = base::Result<std::unique_ptr<api::KernelTunnel>>;

struct KernelFixture : testing::Test {
  FakeState state;
  CountingRandom random;
  XfrmConfig config{.exempt_dns = false, .exempt_neighbour_discovery = false};
  XfrmKernel kernel{random, config, std::make_unique<FakeKernel>(state), std::make_unique<FakeEvents>(state)};

  std::unique_ptr<api::ReservedSpi> reserve(const base::Address& local = kLocal,
                                            const base::Address& remote = kRemote) {
    return kernel.allocate_spi(local, remote).value();
  }
  api::ChildSa child(base::Spi in, const base::Address& local = kLocal, const base::Address& remote = kRemote) {
    api::ChildSa out;
    out.local = local;
    out.remote = remote;
    out.local_port = out.remote_port = 4500;
    out.spi_in = in;
    out.spi_out = base::Spi{next_out++};
    out.key_in = base::SecretBytes(36);
    out.key_out = base::SecretBytes(36);
    return out;
  }
  Installed install(const base::Address& local = kLocal, const base::Address& remote = kRemote) {
    return install_as(local, remote, [](api::ChildSa&) {});
  }
  /// A child that `change` makes different from the usual one.
  template <class Change>
  Installed install_as(const base::Address& local, const base::Address& remote, const Change& change) {
    auto spi = reserve(local, remote);
    api::ChildSa wanted = child(spi->spi(), local, remote);
    change(wanted);
    return kernel.install(std::move(spi), wanted);
  }
  bool empty() const { return state.sas.empty() && state.policies.empty(); }
  std::size_t count(Action action) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(state.policies, [&](const auto& each) { return each.second.action == action; }));
  }
  /// The ESP that packets between two hosts must have, or go into.
  std::optional<Template> esp(Direction direction, const base::Address& local = kLocal,
                              const base::Address& remote = kRemote) const {
    const auto [source, destination] =
        direction == Direction::out ? std::pair(local, remote) : std::pair(remote, local);
    const Selector hosts{source, source.host_prefix(), destination, destination.host_prefix(), 0, {}, {}};
    const auto at = state.policies.find({direction, hosts});
    return at == state.policies.end() ? std::nullopt : at->second.esp;
  }
  /// SPI of the SA by which packets go out.
  std::uint32_t sends_by(const base::Address& local = kLocal, const base::Address& remote = kRemote) const {
    return esp(Direction::out, local, remote).value_or(Template{}).spi.value;
  }

  std::uint32_t next_out = 0x8000;
};

}  // namespace latchkey::xfrm
